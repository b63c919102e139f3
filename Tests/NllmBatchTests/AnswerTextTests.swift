import Foundation
import Testing

/// What arrives of an answer is kept, whatever characters it holds, and is never paid for twice.
@Suite struct AnswerTextTests {
    private static let half = #"\ud83d"#
    private static let behaviours = #"""
        {"half at the end": {"answer": "end \ud83d"},
         "half at the start": {"answer_pieces": ["\ude00", " start"]},
         "two pieces": {"answer_pieces": ["smile \ud83d", "\ude00", ", clef \ud834", "\udd1e!"]},
         "wrong order": {"answer_pieces": ["a\ude00", "\ud83db"]},
         "control": {"answer": "\ufeffa\u0000b\u0001\u0085\u2028c"}}
        """#
    private static let expected = [
        "half at the end": "end \u{FFFD}", "half at the start": "\u{FFFD} start",
        "two pieces": "smile 😀, clef 𝄞!", "wrong order": "a\u{FFFD}\u{FFFD}b",
        "control": "\u{FEFF}a\u{0}b\u{1}\u{85}\u{2028}c",
    ]

    private func prompts() -> String {
        Self.expected.keys.sorted().map { #"{"id": "\#($0)", "prompt": "\#($0)", "models": ["\#($0)"]}"# + "\n" }
            .joined()
    }

    @Test(arguments: ["process", "fork", "shared"])
    func halvesOfCharactersAreNoReasonToLoseAnAnswer(executor: String) async throws {
        let server = try await LoopbackServer(Self.behaviours)
        let batch = try Batch(userPath: server.userPath)
        try batch.write(prompts(), to: "prompts.jsonl")
        let models = Self.expected.keys.sorted().flatMap { ["-m", $0] }
        let streams = executor == "process" ? ["--stream"] : ["--stream", "--no-stream"]
        for stream in streams {
            let run = executor + stream
            let result = try await batch.run(
                ["run", "prompts.jsonl", "--run", run, "--no-check", "--raw", "--executor", executor, stream] + models
            ).expectSuccess("\(run)")
            let lines = try batch.jsonLines("nllm-runs/\(run)/results.jsonl")
            #expect(lines.count == Self.expected.count)
            for line in lines {
                let id = try #require(line["prompt_id"] as? String)
                let text = (line["text"] as? String ?? "").unicodeScalars
                let expected = try #require(Self.expected[id])
                // Foundation's reader of JSON drops a byte order mark.
                let isMarked = expected.hasPrefix("\u{FEFF}")
                if !isMarked { #expect(text.elementsEqual(expected.unicodeScalars), "\(run), \(id)") }
                let kept = try batch.read("nllm-runs/\(run)/raw/\(id)/\(id).stdout.txt")
                if isMarked { #expect(kept == Data((expected + "\n").utf8), "\(run), \(id)") }
                #expect(line["attempts"] as? Int == 1)
            }
            // The terminal has the character too.
            if stream == "--stream" { #expect((result.out + result.err).contains("smile 😀, clef 𝄞!")) }
            // What is kept raw is what was written.
            let raw = try batch.read("nllm-runs/\(run)/raw/half at the end/half at the end.stdout.txt")
            #expect(raw == Data("end ".utf8) + [0xED, 0xA0, 0xBD, 0x0A])
        }
        #expect(try server.requestsByPrompt().values.allSatisfy { $0 == streams.count })
    }

    @Test func anEncodingErrorOfAColdLLMIsNotTriedAgain() async throws {
        let server = try await LoopbackServer(Self.behaviours)
        // As pipx writes it: Python ignores what the environment says of encodings.
        let folder = try Batch.llmWithFlags("-E")
        let batch = try Batch(llm: folder, userPath: server.userPath)
        try batch.write("\"x\"\n", to: "prompts.jsonl")
        for executor in ["process", "fork", "shared"] {
            let result = try await batch.run(
                "run", "prompts.jsonl", "-m", "half at the end", "--no-check", "--run", executor, "--executor", executor
            )
            let line = try #require(try batch.jsonLines("nllm-runs/\(executor)/results.jsonl").first)
            #expect(line["attempts"] as? Int == 1, "\(executor): \(result.err)")
            guard executor == "process" else {
                #expect(line["text"] as? String == "end \u{FFFD}", "\(executor)")
                continue
            }
            #expect(line["text"] as? String == "end ")
            let failure = line["failure"] as? [String: Any]
            #expect(failure?["kind"] as? String == "request")
            let message = failure?["message"] as? String
            #expect(message?.hasPrefix("llm can't write or read a text: 'utf-8' codec") == true)
        }
        #expect(try server.requests().count == 3)
    }
}

extension Batch {
    /// A folder with an `llm` that is run by the real one's Python with flags.
    static func llmWithFlags(_ flags: String) throws -> String {
        let folder = try fakeLLM("")
        let script = "#!\(venv)/python \(flags)\nfrom llm.cli import cli\nimport sys\nsys.exit(cli())\n"
        let file = try FileHandle(forWritingTo: URL(filePath: folder + "/llm"))
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: Data(script.utf8))
        try file.close()
        return folder
    }
}
