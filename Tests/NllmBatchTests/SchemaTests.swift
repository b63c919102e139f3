import Foundation
import Testing

/// The files under docs/schema say what the artifacts are: real ones are held against them, and damaged ones fail.
@Suite struct SchemaTests {
    /// What is wrong with each document; an empty text for a sound one.
    private func flaws(_ documents: [(String, [String: Any])], _ batch: Batch) async throws -> [String] {
        let lines = try documents.map { name, document in
            String(decoding: try JSONSerialization.data(withJSONObject: [name, document]), as: UTF8.self) + "\n"
        }
        let result = try await batch.command(
            Batch.venv + "/python", [Batch.packageRoot + "/Tests/Support/validate.py"], input: lines.joined()
        ).requireSuccess()
        return try result.lines.map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed) as? String)
        }
    }

    /// Answers well, badly, late and not at all, by the last argument before the prompt's own.
    private static let llm = """
        case "$1" in --version) echo "llm, version 9.9"; exit 0;; -m) ;; *) exit 0;; esac
        prompt=$(cat)
        case "$prompt" in
        json) echo 'see {"a": [1, 2]}'; echo 'Token usage: 1,234 input, 16 output, {"cached": 3}' >&2;;
        limited) echo 'Error: Error code: 429 - Rate limit reached. Please try again in 1s.' >&2; exit 1;;
        slow) printf partial; exec sleep 60;;
        empty) ;;
        killed) kill -9 $$;;
        odd) printf 'a\\377b\\001';;
        *) echo "$prompt";;
        esac
        """

    @Test func realArtifactsAreAsTheirSchemasSay() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        let prompts = ["json", "limited", "slow", "empty", "killed", "odd", "plain"]
        try batch.write(
            prompts.map { "{\"prompt\":\"\($0)\",\"metadata\":{\"n\":1}}" }.joined(separator: "\n"), to: "p.jsonl")
        try batch.write("costs: {m: {input_per_1k: 1, output_per_1k: 2}}\n", to: ".nllm-config.yaml")
        try await batch.run(
            "enqueue", "p.jsonl", "-m", "m", "--samples", "2", "--retries", "0", "--timeout", "1", "--run", "r"
        ).expectSuccess()
        try await batch.run("export", "r").expectSuccess()
        var documents: [(String, [String: Any])] = [("manifest", try manifest(batch, "r"))]
        #expect(try await batch.run("work").code == 1)
        documents.append(("manifest", try manifest(batch, "r")))
        documents += try batch.jsonLines("nllm-runs/r/results.jsonl").map { ("result", $0) }
        #expect(documents.count == 2 + 2 * prompts.count)

        try await batch.run(["run", "-m", "m", "-m", "m", "--run", "one", "--", "hi"]).expectSuccess()
        documents.append(("manifest", try manifest(batch, "one")))
        documents += try batch.jsonLines("nllm-runs/one/results.jsonl").map { ("result", $0) }
        #expect(batch.exists("nllm-runs/one/results/m.json"))
        #expect(batch.exists("nllm-runs/one/results/m#2.json"))
        #expect(try await flaws(documents, batch).filter { !$0.isEmpty } == [])
    }

    @Test func whatCommandsPrintIsAsItsSchemaSays() async throws {
        let server = try await LoopbackServer(
            #"{"broken": {"fail": {"status": 401}}, "empty": {"answer": ""}, "good": {}, "held": {"until": "go"}}"#)
        let batch = try Batch(userPath: server.userPath)
        try batch.write((1...5).map { "\"prompt \($0)\"\n" }.joined(), to: "p.jsonl")
        var documents: [(String, [String: Any])] = []
        func check(_ name: String, _ arguments: String...) async throws {
            documents += try await printed(name, arguments, batch)
        }
        try await batch.run("enqueue", "p.jsonl", "-m", "good", "-m", "held", "--no-check", "--run", "open")
            .expectSuccess()
        try await check("status", "status", "--json")
        let worker = try await batch.start("work", "open", "--executor", "shared", "--grace", "0")
        try await eventually("cells run") { try server.requests().contains { $0.model == "held" } }
        try await check("status", "status", "--json")
        try await check("list", "list", "--json")
        try await check("show", "show", "open", "--json")
        worker.signal(SIGTERM)
        _ = try await worker.result()
        try await check(
            "run", "run", "p.jsonl", "--no-check", "--executor", "shared", "--run", "night", "--json", "-m", "broken",
            "-m", "empty", "-m", "good")
        try await check("status", "status", "night", "--json")
        try await check("status", "work", "night", "--json")
        try await check("list", "list", "--json")
        try await check("show", "show", "night", "--json")
        try await check("config", "config", "show", "--json")
        let progress = try await batch.run("run", "-m", "good", "--progress", "json", "--run", "one", "--", "hi")
            .expectSuccess()
        documents += try progress.err.split(separator: "\n").filter { $0.hasPrefix("{") }.map {
            ("status", try object($0))
        }
        #expect(documents.last?.1["run"] as? String == "one" && documents.last?.1["state"] as? String == "finished")
        #expect(try await flaws(documents, batch).filter { !$0.isEmpty } == [])
        let failures = try #require(
            documents.last { $0.0 == "status" && $0.1["run"] as? String == "night" }?.1["failures"])
        let kinds = (failures as? [[String: Any]])?.compactMap { $0["kind"] as? String }
        #expect(kinds == ["auth", "empty"])
    }

    /// The objects that a command prints, one per line.
    private func printed(_ name: String, _ arguments: [String], _ batch: Batch) async throws -> [(
        String, [String: Any]
    )] {
        let result = try await batch.run(arguments)
        #expect([0, 1].contains(result.code) && !result.lines.isEmpty, "\(arguments): \(result.err)")
        return try result.lines.map { (name, try object($0)) }
    }

    private func object(_ line: some StringProtocol) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    private func manifest(_ batch: Batch, _ run: String) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: try batch.read("nllm-runs/\(run)/manifest.json")) as? [String: Any])
    }

    @Test func aDocumentThatLacksOrAddsAFieldIsFound() async throws {
        let batch = try Batch(llm: Batch.fakeLLM(Self.llm))
        try await batch.run(["run", "-m", "m", "--run", "one", "--", "hi"]).expectSuccess()
        let result = try #require(try batch.jsonLines("nllm-runs/one/results.jsonl").first)
        let manifest = try manifest(batch, "one")
        var damaged: [(String, [String: Any])] = []
        for (name, sound) in [("result", result), ("manifest", manifest)] {
            damaged += sound.keys.sorted().map { key in (name, sound.filter { $0.key != key }) }
            damaged.append((name, sound.merging(["more": 1]) { old, _ in old }))
            damaged.append((name, sound.merging(["schema_version": "1"]) { _, new in new }))
        }
        #expect(try await flaws(damaged, batch).filter(\.isEmpty) == [])
    }
}
