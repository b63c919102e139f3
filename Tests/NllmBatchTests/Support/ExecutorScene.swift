import Foundation
import Testing

/// A batch of the table's requests that was enqueued once, and is worked on from there by one executor after another.
final class ExecutorScene {
    let batch: Batch
    let server: LoopbackServer
    private static let everything = ExecutorTable.unwatched + ExecutorTable.watched + ExecutorTable.hanging

    init() async throws {
        let behaviours = try Self.everything.compactMap { one -> String? in
            guard case .server(let behaviour) = one.model else { return nil }
            return "\(try Self.json(one.modelName)): \(behaviour)"
        }
        server = try await LoopbackServer("{" + behaviours.joined(separator: ",") + "}")
        batch = try Batch(userPath: server.userPath)
        try writeUserFolder()
        try writeFiles()
        try await enqueue(ExecutorTable.unwatched, "unwatched")
        try await enqueue(ExecutorTable.watched, "watched")
        try await enqueue(ExecutorTable.hanging, "hanging", "--timeout", "4")
        try FileManager.default.moveItem(atPath: batch.directory + "/nllm-runs", toPath: batch.directory + "/enqueued")
    }

    private static func json(_ value: Any) throws -> String {
        let data = try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }

    private func writeUserFolder() throws {
        let echoes = Self.everything.compactMap { one -> String? in
            if case .echo = one.model { one.modelName } else { nil }
        }
        let files = [
            "aliases.json": try Self.json(Dictionary(uniqueKeysWithValues: echoes.map { ($0, "echo") })),
            "model_options.json": #"{"user's own option": {"temperature": 0.25}}"#,
            "templates/poem.yaml": "system: Rhyme.\nprompt: 'On $topic: $input'\n",
        ]
        try FileManager.default.createDirectory(
            atPath: server.userPath + "/templates", withIntermediateDirectories: true)
        for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: server.userPath + "/" + name)) }
    }

    private func writeFiles() throws {
        let dot =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        try batch.write(try #require(Data(base64Encoded: dot)), to: "dot.png")
        try batch.write("A note, noted.\n", to: "note.txt")
        try batch.write("?\n", to: "odd")
        try batch.write(#"{"type": "object", "properties": {"name": {"type": "string"}}}"#, to: "schema.json")
    }

    private func enqueue(_ cases: [ExecutorCase], _ run: String, _ arguments: String...) async throws {
        let models = cases.map { one -> Any in
            one.arguments.isEmpty
                ? one.modelLabel : ["name": one.modelLabel, "options": one.arguments] as [String: Any]
        }
        try batch.write(try Self.json(["models": models]), to: run + ".yaml")
        try batch.write(try cases.map { try $0.line() }.joined(), to: run + ".jsonl")
        let enqueue = ["enqueue", run + ".jsonl", "-c", run + ".yaml", "--run", run, "--no-check", "--retries", "0"]
        try await batch.run(enqueue + arguments).requireSuccess()
    }

    /// What came of runs in the hands of one executor.
    struct Outcome {
        var executor: String
        /// The lines of results.jsonl by prompt.
        var results: [String: [String: Any]]
        /// What the server was asked, by model.
        var requests: [String: [String]]

        /// Whether a forked process is told of.
        func isForked(_ one: ExecutorCase) -> Bool {
            (results[one.name]?["meta"] as? [String: Any])?["cpu_ms"] is Int
        }

        func result(_ one: ExecutorCase) throws -> ExecutorResult {
            ExecutorResult(try #require(results[one.name], one.comment), removing: one.ignoring)
        }
    }

    /// Works on the runs as they were enqueued.
    func work(_ executor: String, runs: [String], isWatched: Bool = false) async throws -> Outcome {
        let folder = batch.directory + "/nllm-runs"
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.copyItem(atPath: batch.directory + "/enqueued", toPath: folder)
        let before = try server.log().count
        let work = ["work"] + runs + ["--executor", executor, "--concurrency", "4", "--verbose"]
        let result = try await batch.run(work + [isWatched ? "--stream" : "--no-stream"])
        #expect(result.code == 1, "\(result.err)")
        #expect(result.err.contains("executor \(executor): "))
        #expect(!result.err.contains(", because "))
        let lines = try runs.flatMap { try batch.jsonLines("nllm-runs/\($0)/results.jsonl") }
        let results = try lines.map { (try #require($0["prompt_id"] as? String), $0) }
        return Outcome(
            executor: executor, results: Dictionary(uniqueKeysWithValues: results),
            requests: try requests(in: server.log().dropFirst(before)))
    }

    /// All that was asked, but for the wish to have it streamed.
    private func requests(in log: some Sequence<[String: Any]>) throws -> [String: [String]] {
        try log.reduce(into: [:]) { found, entry in
            guard entry["n"] != nil, let model = entry["model"] as? String else { return }
            var asked = entry.filter { ["prompt", "system", "params", "parts", "authorization"].contains($0.key) }
            if let options = asked["params"] as? [String: Any] {
                asked["params"] = options.filter { $0.key != "stream_options" }
            }
            found[model, default: []].append(try Self.json(asked))
        }
    }
}
