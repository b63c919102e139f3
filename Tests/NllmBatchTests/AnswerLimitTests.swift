import Foundation
import Testing

/// Answers without end: each is ended at `--max-answer`, with its reason, and takes nothing from its neighbours.
///
/// `NLLM_BATCH_SOAK=1` takes the usual limit of 16 MB, and 100,000 chunks.
@Suite struct AnswerLimitTests {
    private static let isLong = ProcessInfo.processInfo.environment["NLLM_BATCH_SOAK"] == "1"
    private static let limit = isLong ? 16 : 1
    /// What the worker and all Pythons may take together, in megabytes.
    private static let mostMemory = 500

    private static let behaviours = #"""
        {"good": {"answer": "good"},
         "large pieces": {"endless": 40000},
         "small pieces": {"endless": 400},
         "unstreamed": {"endless": 40000, "llm": {"can_stream": false}},
         "one line": {"endless_line": true},
         "one body": {"endless_line": true, "llm": {"can_stream": false}},
         "many chunks": {"answer_tokens": \#(isLong ? 100_000 : 4_000)}}
        """#

    struct Flood: Sendable, CustomTestStringConvertible {
        var executor: String
        var model: String
        var arguments: [String] = []

        var testDescription: String { "\(executor), \(model) \(arguments)" }
    }

    // A cold `llm` can't be kept from collecting what is not streamed, or many small chunks.
    private static let brief = [
        Flood(executor: "process", model: "large pieces"), Flood(executor: "fork", model: "unstreamed"),
        Flood(executor: "shared", model: "small pieces", arguments: ["--stream"]),
        Flood(executor: "shared", model: "one body"),
    ]
    private static let long = [
        Flood(executor: "fork", model: "large pieces"), Flood(executor: "fork", model: "small pieces"),
        Flood(executor: "shared", model: "large pieces", arguments: ["--stream"]),
        Flood(executor: "shared", model: "one line", arguments: ["--stream"]),
    ]

    @Test(arguments: brief + (isLong ? long : []))
    func anAnswerWithoutEndIsEndedAtTheLimitUnderEachExecutor(flood: Flood) async throws {
        let name = Comment(rawValue: flood.testDescription)
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try Batch(userPath: server.userPath)
        let count = Self.isLong ? 4 : 2
        let floods = (1...count).map { #"{"prompt": "flood \#($0)", "models": ["\#(flood.model)"]}"# + "\n" }
        let neighbours = (1...count).map { #"{"prompt": "neighbour \#($0)", "models": ["good"]}"# + "\n" }
        try batch.write((floods + neighbours).joined(), to: "prompts.jsonl")
        let process = try await batch.start(
            Batch.binary,
            [
                "run", "prompts.jsonl", "--no-check", "-m", flood.model, "-m", "good", "--run", "r", "--executor",
                flood.executor,
                // Cold processes of neighbours would be most of what is measured.
                "-j", flood.executor == "process" ? "4" : "8", "--max-answer", String(Self.limit), "--timeout", "0",
            ] + flood.arguments)
        let memory = ProcessMemory(of: process.pid)
        let result = try await process.result()
        #expect(result.code == 1, name)
        if let most = await memory.megabytes() { #expect(most < Self.mostMemory, name) }

        try checkResults(flood, batch, count: 2 * count)
        let requests = try server.requestsByPrompt()
        #expect(requests.count == 2 * count && requests.values.allSatisfy { $0 == 1 }, name)
    }

    private func checkResults(_ flood: Flood, _ batch: Batch, count: Int) throws {
        let name = Comment(rawValue: flood.testDescription)
        let results = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(results.count == count, name)
        for line in results {
            let failure = line["failure"] as? [String: Any]
            guard line["model"] as? String == flood.model else {
                #expect(line["status"] as? String == "ok", name)
                #expect(line["text"] as? String == "good", name)
                continue
            }
            #expect(line["status"] as? String == "error", name)
            #expect(failure?["kind"] as? String == "request", name)
            #expect(
                failure?["message"] as? String == "over --max-answer \(Self.limit) MB; what had come is kept", name)
            #expect(line["attempts"] as? Int == 1, name)
            #expect(line["json"] is NSNull, name)
            let text = line["text"] as? String ?? ""
            // A body that broke off is searched as far as the limit; its beginning is no text.
            #expect((Self.limit << 20) - 50_000...Self.limit << 20 ~= text.utf8.count, name)
            #expect(text.utf8.allSatisfy { $0 == UInt8(ascii: "x") }, name)
        }
    }

    @Test func manySmallChunksTakeLittleMemory() async throws {
        for (executor, arguments) in [("fork", []), ("shared", ["--stream"])] {
            let name = Comment(rawValue: executor)
            let server = try await LoopbackServer(Self.behaviours)
            let batch = try Batch(userPath: server.userPath)
            try batch.write("\"one\"\n\"two\"\n", to: "prompts.jsonl")
            let process = try await batch.start(
                Batch.binary,
                ["run", "prompts.jsonl", "-m", "many chunks", "--run", "r", "--executor", executor] + arguments)
            let memory = ProcessMemory(of: process.pid)
            try await process.result().expectSuccess("\(executor)")
            // Two Pythons, or a parent and two children, and the worker; a chunk used to take 3 KB in each.
            if let most = await memory.megabytes() { #expect(most < (executor == "fork" ? 300 : 230), name) }
            for line in try batch.jsonLines("nllm-runs/r/results.jsonl") {
                let meta = line["meta"] as? [String: Any]
                let words = Self.isLong ? 100_000 : 4_000
                #expect((line["text"] as? String)?.hasSuffix(" word\(words)") == true, name)
                #expect(meta?["tokens_output"] as? Int == words, name)
                if let kilobytes = meta?["peak_memory_kb"] as? Int { #expect(kilobytes < 70_000, name) }
            }
        }
    }

    @Test(arguments: [("yes 'é'", 1_048_575), ("yes 'é' >&2", 0)])
    func eachChannelCountsAndTheEndIsBetweenCharacters(script: String, kept: Int) async throws {
        let folder = try Batch.fakeLLM(
            """
            case "$1" in fragments | models | --version) exit 0 ;; esac
            trap '' TERM
            echo call >> "$HOME/calls"
            \(script)
            """)
        let batch = try Batch(llm: folder)
        try batch.write("batch: {max_answer: 1}\n", to: ".nllm-config.yaml")
        try batch.write("\"x\"\n", to: "prompts.jsonl")
        let result = try await batch.run(
            "run", "prompts.jsonl", "-m", "fake", "--no-check", "--run", "r", "--executor", "process")
        #expect(result.code == 1, "\(result.err)")
        let line = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").first)
        let text = try #require(line["text"] as? String)
        // Of 1,048,576 bytes the last is half a character.
        #expect(text.utf8.count == kept)
        #expect(text.unicodeScalars.allSatisfy { $0 == "é" || $0 == "\n" })
        #expect((line["failure"] as? [String: Any])?["kind"] as? String == "request")
        #expect(try batch.read("calls") == Data("call\n".utf8))
    }

    @Test func theLimitIsChecked() async throws {
        let batch = try Batch()
        for (value, place) in [("0", "`--max-answer` is 0"), ("257", "`--max-answer` is 257")] {
            let refused = try await batch.run("work", "--max-answer", value)
            #expect(refused.code == 64)
            #expect(refused.err.contains("\(place) but must be 1 to 256 megabytes"))
        }
    }
}
