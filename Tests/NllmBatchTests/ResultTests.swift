import Foundation
import Testing

/// Lines of results.jsonl, the files of results, and their names.
@Suite struct ResultTests {
    /// Results with a letter in place of each time and duration.
    private static let lines: String = {
        let head = ###""schema_version":2,"run":"r","prompt_id""###
        return """
            {"model":"m[x=1]","status":"ok","duration_ms":N,"exit_code":0,"text":" {\\"b\\":1.50,\\"a\\":[]}",\
            "meta":{"tokens_input":1234,"tokens_output":16,"usage_details":{"cached":3}},\
            "command":["llm","-m","m","-n","-u","-s","s","-o","x","1","-o","t","0.10"],\
            "stderr_tail":"Token usage: 1,234 input, 16 output, {\\"cached\\": 3}\\n","json":{"b":1.50,"a":[]},\
            \(head):"a/json","sample":1,"attempts":1,"failure":null,"started_at":"T","finished_at":"T",\
            "metadata":{"n":1.50,"a":"é"},"prompt":"json","vars":{"v":[2.0]}}
            {"model":"m[x=1]","status":"error","duration_ms":N,"exit_code":1,"text":"",\
            "meta":{"error":true,\
            "error_message":"Error code: 429 - Rate limit reached. Please try again in 20s."},\
            "command":["llm","-m","m","-n","-u","-o","x","1"],\
            "stderr_tail":"Error: Error code: 429 - Rate limit reached. Please try again in 20s.\\n","json":null,\
            \(head):"limited","sample":1,"attempts":1,"failure":{"kind":"rate_limited",\
            "message":"Error code: 429 - Rate limit reached. Please try again in 20s.","http_status":429,\
            "retry_after":20.0},"started_at":"T","finished_at":"T","metadata":null,\
            "prompt":"limited","vars":null}
            {"model":"m[x=1]","status":"timeout","duration_ms":N,"exit_code":-1,"text":"partial","meta":{"timeout":true},\
            "command":["llm","-m","m","-n","-u","-o","x","1"],"stderr_tail":"","json":null,\
            \(head):"slow","sample":1,"attempts":1,"failure":{"kind":"timeout","message":"no answer within 5 s",\
            "http_status":null,"retry_after":null},"started_at":"T","finished_at":"T","metadata":null,\
            "prompt":"slow","vars":null}

            """
    }()

    @Test func aLineHasTheFieldsOfTheContractInTheirOrder() async throws {
        let batch = try Batch.scripted()
        try batch.write(
            """
            {"id":"a/json","prompt":"json","metadata":{"n":1.50,"a":"é"},"vars":{"v":[2.0]},"system":"s","options":{"t":0.10}}
            {"id":"limited","prompt":"limited"}
            {"id":"slow","prompt":"slow"}

            """, to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m[x=1]", "--retries", "0", "--timeout", "5", says: "3 cells")
        let work = try await batch.run("work", "r")
        #expect(work.code == 1)
        #expect(work.out == "\(batch.directory)/nllm-runs/r\n")

        let lines = String(decoding: try batch.read("nllm-runs/r/results.jsonl"), as: UTF8.self)
        #expect(Self.withoutTimes(lines) == Self.lines)
        try batch.expectFilesAsLines("nllm-runs/r", files: ["a_json/m[x=1]", "limited/m[x=1]", "slow/m[x=1]"])
        #expect(lines.contains(#""n":1.50"#))
        let durations = try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["duration_ms"] as? Int ?? -1 }
        #expect(durations[2] >= 5000)
    }

    @Test func resultsStandInPromptOrderThenModelOrderThenSample() async throws {
        let batch = try Batch.scripted()
        try batch.write(
            "{\"id\":\"z\",\"prompt\":\"1\",\"samples\":2}\n{\"id\":\"a\",\"prompt\":\"2\"}\n", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "y", "-m", "b", says: "6 cells")
        try await batch.work()
        let lines = try batch.jsonLines("nllm-runs/r/results.jsonl").map { line in
            "\(line["prompt_id"] ?? "") \(line["model"] ?? "") \(line["sample"] ?? "")"
        }
        #expect(lines == ["z y 1", "z y 2", "z b 1", "z b 2", "a y 1", "a b 1"])
        try batch.expectFilesAsLines("nllm-runs/r", files: ["z/y", "z/y.2", "z/b", "z/b.2", "a/y", "a/b"])
    }

    @Test func aRunOfOnePromptHasNoFoldersForPrompts() async throws {
        let batch = try Batch.scripted()
        try batch.write("\"hello\"", to: "p.jsonl")
        try await batch.enqueue(
            "p.jsonl", "-m", "a/x", "-m", "a:x", "-m", "A_X", "--samples", "2", "--raw", says: "6 cells")
        try await batch.work()
        let names = ["a_x", "a_x-ef7e44ae", "A_X-7514cfe0"].flatMap { [$0, $0 + ".2"] }
        try batch.expectFilesAsLines("nllm-runs/r", files: names)
        #expect(
            try batch.files(below: "nllm-runs/r").keys.sorted()
                == (names.flatMap { ["results/\($0).json", "raw/\($0).stdout.txt", "raw/\($0).stderr.txt"] }
                + ["manifest.json", "results.jsonl"]).sorted())
    }

    @Test func aSampleNeverOverwritesAnotherModel() async throws {
        let batch = try Batch.scripted()
        try batch.write(#"{"prompt":"hello","samples":12}"#, to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m", "-m", "m.2", "-m", "m.12", says: "36 cells")
        try await batch.work()
        #expect(try batch.files(below: "nllm-runs/r/results").count == 36)
    }

    @Test func namesThatFileSystemsRefuseAreReplaced() async throws {
        let batch = try Batch.scripted()
        let ids = ["plain", #"<>:\"/\\|?*"#, "a/b", "a_b", "..", String(repeating: "x", count: 300)]
        try batch.write(
            ids.map { "{\"id\":\"\($0)\",\"prompt\":\"p\",\"metadata\":\"\($0)\"}" }.joined(separator: "\n"),
            to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", #"<m>:"/\|?*"#, says: "6 cells")
        try await batch.work()
        let folders = [
            "plain", "_________", "a_b", "a_b-648fa9b3", "__", String(repeating: "x", count: 100),
        ]
        try batch.expectFilesAsLines("nllm-runs/r", files: folders.map { $0 + "/_m________" })
        #expect(
            try batch.jsonLines("nllm-runs/r/results.jsonl").allSatisfy {
                $0["prompt_id"] as? String == $0["metadata"] as? String
            })
    }

    // MARK: Texts

    @Test(arguments: ["process", "fork", "shared"])
    func anAnswerIsWithoutTheLineBreakThatLLMAdds(executor: String) async throws {
        let answers = ["positive", "ends\n", "two\n\n", "\n", "a\u{0}b", ""]
        let behaviours = answers.enumerated().map { "\"m\($0)\": {\"answer\": \(Self.json($1))}" }
        let server = try await LoopbackServer("{\(behaviours.joined(separator: ", "))}")
        let batch = try Batch(userPath: server.userPath)
        try batch.write("\"hi\"", to: "p.jsonl")
        let models = answers.indices.flatMap { ["-m", "m\($0)"] }
        try await batch.run(
            ["run", "p.jsonl", "--run", "r", "--no-check", "--raw", "--executor", executor] + models
        ).expectSuccess()
        #expect(try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["text"] as? String } == answers)
        #expect(try batch.read("nllm-runs/r/raw/m1.stdout.txt") == Data("ends\n\n".utf8))
        let view = try batch.query("SELECT hex(text) FROM results ORDER BY model").map { $0[0] }
        #expect(view == answers.map { $0.utf8.map { String(format: "%02X", $0) }.joined() })
        #expect(try server.requests().count == answers.count)
    }

    private static func json(_ text: String) -> String {
        String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
    }

    @Test func aResultRepeatsItsPromptUnlessThatIsLong() async throws {
        let batch = try Batch()
        let most = String(repeating: "é", count: 32 << 10)
        try batch.write(#"{"prompt": "\#(most)", "vars": {"b": 1.0, "a": null}}"# + "\n\"\(most)x\"\n", to: "p.jsonl")
        try await batch.run("run", "p.jsonl", "-m", "echo", "--run", "r").expectSuccess()
        let lines = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(lines[0]["prompt"] as? String == most)
        let long = try #require(lines[1]["prompt"] as? [String: Any])
        #expect(long["bytes"] as? Int == 65_537)
        let digest = try await batch.command("/usr/bin/sha256sum", [], input: most + "x")
        #expect(digest.out.split(separator: " ").first.map(String.init) == long["sha256"] as? String)
        #expect(lines[1]["vars"] is NSNull)
        #expect(
            String(decoding: try batch.read("nllm-runs/r/results.jsonl"), as: UTF8.self).contains(
                #""vars":{"b":1.0,"a":null}}"#))
    }

    // MARK: Raw output

    @Test func rawFilesHoldTheBytesAsTheyCame() async throws {
        let batch = try Batch.scripted()
        try batch.write("\"garbage\"\n\"fine é\"", to: "p.jsonl")
        try await batch.enqueue("p.jsonl", "-m", "m/x", "--raw", says: "2 cells")
        try await batch.work()
        let lines = try batch.jsonLines("nllm-runs/r/results.jsonl")
        #expect(lines.map { $0["text"] as? String } == ["a\u{FFFD}b", "fine é"])
        #expect(lines.map { $0["stderr_tail"] as? String } == ["warn \u{FFFD}\n", ""])
        #expect(
            try batch.files(below: "nllm-runs/r/raw") == [
                "000001/m_x.stdout.txt": Data([0x61, 0xFF, 0x62, 0x0A]),
                "000001/m_x.stderr.txt": Data("warn ".utf8) + Data([0xFE, 0x0A]),
                "000002/m_x.stdout.txt": Data("fine é".utf8),
                "000002/m_x.stderr.txt": Data(),
            ])
    }

    // MARK: Secrets

    @Test func secretsStandNowhere() async throws {
        let batch = try Batch.scripted()
        try batch.write("\"secret\"", to: "p.jsonl")
        try await batch.enqueue(
            "p.jsonl", "-m", "m", "--retries", "0", "--system", "token=hunter2 and sk-zyxwvutsrqpo", says: "1 cell")
        let work = try await batch.run("work", "r", "--verbose")
        #expect(work.code == 1)
        #expect(work.out == "\(batch.directory)/nllm-runs/r\n")
        let line = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").first)
        let mark = "***REDACTED***"
        #expect(
            line["stderr_tail"] as? String == "Error: Error code: 401 - Incorrect API key: \(mark), token=\(mark)\n")
        let failure = try #require(line["failure"] as? [String: Any])
        #expect(failure["message"] as? String == "Error code: 401 - Incorrect API key: \(mark), token=\(mark)")
        #expect(
            line["command"] as? [String] == ["llm", "-m", "m", "-n", "-u", "-s", "token=\(mark) and \(mark)"])
        let show = try await batch.run("show", "r")
        let shown =
            [work.err, show.out]
            + (try batch.files(below: "nllm-runs/r").values.map { String(decoding: $0, as: UTF8.self) })
        for text in shown {
            for secret in ["hunter2", "sk-abc", "sk-zyx"] { #expect(!text.contains(secret)) }
        }
    }

    /// The text with a letter in place of each time and duration.
    private static func withoutTimes(_ text: String) -> String {
        text.replacing(/"duration_ms":\d+/, with: "\"duration_ms\":N")
            .replacing(/"(started_at|finished_at)":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/) {
                "\"\($0.output.1)\":\"T\""
            }
    }
}
