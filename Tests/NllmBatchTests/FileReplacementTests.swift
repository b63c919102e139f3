import Foundation
import Testing

/// Files that requests are made of are replaced and rewritten at random moments while a run is worked on.
///
/// `NLLM_BATCH_SOAK=1` makes it long; `NLLM_BATCH_SEED` repeats the choices of an earlier run.
@Suite struct FileReplacementTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let isLong = variables["NLLM_BATCH_SOAK"] == "1"
    private static let files = ["a.png", "b.png", "schema.json", "note.txt"]
    private static let concurrency = 4
    /// With each of them much is to be done anew, so that without an end the work would have none either.
    private static let mostEnqueues = isLong ? 8 : 1
    private static let behaviour =
        #"{"answer": "{n}", "delay_ms": 20, "llm": {"vision": true, "supports_schema": true}}"#

    @Test(arguments: ["process", "fork", "shared"]) func eachAnswerStandsUnderTheContentThatWasSent(
        executor: String
    ) async throws {
        let seed = Self.variables["NLLM_BATCH_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...UInt64.max)
        let note: Comment = "\(executor), repeat with NLLM_BATCH_SEED=\(seed)"
        let server = try await LoopbackServer("{\"plain\": \(Self.behaviour), \"noted\": \(Self.behaviour)}")
        let batch = try Batch(userPath: server.userPath)
        for file in Self.files { try batch.write(Self.content(file, version: 0), to: file) }
        try batch.write(
            prompts: (1...(Self.isLong ? 100 : 3)).map { number in
                ["prompt": "\(number)", "attachments": [number % 2 == 0 ? "a.png" : "b.png"], "schema": "schema.json"]
            })
        try await batch.run(Self.enqueue).expectSuccess(note)

        let replacing = Task { try await Self.keepReplacing(in: batch, SeededGenerator(seed)) }
        for _ in 1...(Self.isLong ? 5 : 1) {
            let work = ["work", "r", "--executor", executor, "--retries", "0", "-j", "\(Self.concurrency)"]
            #expect([0, 1].contains(try await batch.run(work).code), note)
            try checkFailures(batch, note)
            _ = try await batch.run("retry", "r")
        }
        replacing.cancel()
        let enqueues = try await replacing.value

        // When nothing is replaced any more, all get their answers.
        try await batch.run(Self.enqueue).expectSuccess(note)
        _ = try await batch.run("retry", "r")
        try await batch.run("work", "r", "--executor", executor).expectSuccess(note)
        try checkAnswers(batch, server, enqueues: enqueues, note)
    }

    /// One model gets a fragment, which only `llm`'s command line can give it.
    private static let enqueue = [
        "enqueue", "prompts.jsonl", "--no-check", "-m", "plain", "-m", "noted", "--model-option", "noted:-f:note.txt",
        "--run", "r",
    ]

    /// What a file holds in a version; all versions are equally long, so that one can be written over another.
    private static func content(_ file: String, version: Int) throws -> Data {
        let dot =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
        switch file {
        case "schema.json": return Data(#"{"type": "object", "title": "v\#(version)"}"#.utf8)
        case "note.txt": return Data("note v\(version)\n".utf8)
        default: return try #require(Data(base64Encoded: dot)) + Data("\(file) v\(version)".utf8)
        }
    }

    /// Replaces files until it is cancelled, and enqueues them anew now and then; returns how often it did that.
    private static func keepReplacing(in batch: Batch, _ generator: SeededGenerator) async throws -> Int {
        var random = generator
        var enqueues = 0
        while !Task.isCancelled {
            let file = files.randomElement(using: &random) ?? ""
            let data = try content(file, version: .random(in: 0...1, using: &random))
            if Bool.random(using: &random) {
                let path = try batch.write(data, to: "new")
                rename(path, batch.directory + "/" + file)
            } else {
                let handle = try FileHandle(forWritingTo: URL(filePath: batch.directory + "/" + file))
                try handle.write(contentsOf: data)
                try handle.close()
            }
            if enqueues < mostEnqueues, Int.random(in: 0..<60, using: &random) == 0 {
                _ = try await batch.run(enqueue)
                enqueues += 1
            }
            try? await Task.sleep(for: .milliseconds(Int.random(in: 0...50, using: &random)))
        }
        return enqueues
    }

    /// What has no answer was refused, with the name of the file.
    private func checkFailures(_ batch: Batch, _ note: Comment) throws {
        let failures = try batch.query(
            "SELECT failure_kind, failure_message FROM attempts WHERE outcome NOT IN ('ok', 'interrupted')")
        for failure in failures {
            #expect(failure[0] == "request", "\(failure[1]); \(note)")
            let isNamed = Self.files.contains { failure[1].hasPrefix("`\(batch.directory)/\($0)` has changed since") }
            #expect(isNamed, "\(failure[1]); \(note)")
        }
    }

    private func checkAnswers(_ batch: Batch, _ server: LoopbackServer, enqueues: Int, _ note: Comment) throws {
        let log = try server.log().filter { $0["n"] != nil }
        let requests = Dictionary(uniqueKeysWithValues: log.map { ("\($0["n"] ?? "")", $0) })
        let answers = try batch.query(
            """
            SELECT hex(cells.key), cells.live, answers.text, models.label,
                (SELECT group_concat(value ->> 'sha256') FROM json_each(prompts.attachments))
            FROM attempts JOIN answers ON answers.attempt_id = attempts.id JOIN cells ON cells.id = attempts.cell_id
            JOIN prompts ON prompts.id = cells.prompt_id JOIN models ON models.id = cells.model_id
            WHERE attempts.outcome = 'ok'
            """)
        var contents: [String: [String]] = [:]
        for answer in answers {
            let request = try #require(requests[answer[2].trimmingCharacters(in: .whitespacesAndNewlines)], note)
            let sent = try self.content(request)
            #expect(contents.updateValue(sent, forKey: answer[0]) ?? sent == sent, note)
            #expect(sent[0] == answer[4], note)
            // What is in the run now stands under what the files hold now.
            guard answer[1] == "1" else { continue }
            #expect(String(decoding: try batch.read("schema.json"), as: UTF8.self).contains("\"\(sent[1])\""), note)
            let fragment = answer[3] == "noted" ? String(decoding: try batch.read("note.txt"), as: UTF8.self) : ""
            #expect(sent[2].hasPrefix(fragment), note)
        }
        // What was being asked for when it was enqueued anew may be lost to the run.
        #expect(requests.count <= answers.count + enqueues * Self.concurrency, note)
        #expect(requests.count >= answers.count, note)
        #expect(answers.filter { $0[1] == "1" }.count == (Self.isLong ? 200 : 6), note)
    }

    /// The digest of the attachment, the schema's title and the text that the server has received.
    private func content(_ request: [String: Any]) throws -> [String] {
        let format = (request["params"] as? [String: Any])?["response_format"] as? [String: Any]
        let schema = (format?["json_schema"] as? [String: Any])?["schema"] as? [String: Any]
        return [
            (request["attachments"] as? [String] ?? []).joined(separator: ","), schema?["title"] as? String ?? "",
            request["prompt"] as? String ?? "",
        ]
    }
}
