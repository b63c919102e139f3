import Foundation
import Testing

/// The shell examples of nllm's README, help and design documents, with models of the loopback server.
///
/// The server's models have the names that stand there, and hide those that `llm` itself has.
@Suite struct NllmReadmeTests {
    private static func server() async throws -> LoopbackServer {
        try await LoopbackServer(#"{"gpt-4": {}, "claude-3-sonnet": {}, "gemini-pro": {}}"#)
    }

    /// A scratch folder with the real `llm` for every prompt.
    ///
    /// What else is asked of it before each run, its version and the models it knows, is tested elsewhere and would be
    /// most of the time here; its log database is made once.
    private static func batch(_ server: LoopbackServer) throws -> Batch {
        let script = """
            case "$1" in
                -m) ;;
                fragments) [ ! -e "$LLM_USER_PATH/logs.db" ] || exit 0 ;;
                *) exit 0 ;;
            esac
            exec '\(Batch.venv)/llm' "$@"
            """
        return try Batch(llm: Batch.fakeLLM(script), userPath: server.userPath)
    }

    /// Runs a line of a shell with this program in nllm's place.
    private func shell(_ command: String, _ batch: Batch) async throws -> Batch.Result {
        let here = command.replacing("nllm ", with: "nllm-batch run ", maxReplacements: 1)
        let path = [URL(filePath: Batch.binary).deletingLastPathComponent().path, batch.environment["PATH"] ?? ""]
        return try await batch.command("/bin/sh", ["-c", here], environment: ["PATH": path.joined(separator: ":")])
    }

    /// What a request asks, in a line.
    private static func asked(_ request: [String: Any]) -> String {
        var line = "\(request["model"] ?? ""): \(request["prompt"] ?? "")"
        if let value = (request["params"] as? [String: Any])?["temperature"] { line += ", temperature \(value)" }
        if let system = request["system"] as? String { line += ", system \(system)" }
        return line
    }

    @Test func nllmsExamplesDoWhatItSays() async throws {
        let server = try await Self.server()
        var count = 0
        for example in NllmExample.all {
            let batch = try Self.batch(server)
            try await batch.command("/bin/sh", ["-ec", example.before]).expectSuccess()
            let run = try await shell(example.command, batch).expectSuccess("\(example.command)")
            let requests = try server.log().filter { $0["n"] != nil }.dropFirst(count)
            count += requests.count
            #expect(requests.map(Self.asked).sorted() == example.asks.sorted(), "\(example.command)")
            #expect(!example.command.contains(" -q ") || run.err == "", "\(run.err)")
            try check(run, example, batch)
        }
    }

    @Test func theFlakyRequestIsTriedAgain() async throws {
        // The SDK tries three times by itself: the fourth request is our second attempt.
        let server = try await LoopbackServer(#"{"gpt-4": {"fail": {"status": 500, "times": 3}}}"#)
        let batch = try Self.batch(server)
        let run = try await shell(#"nllm --no-stream --retries 2 -m gpt-4 -- "Flaky network request""#, batch)
            .expectSuccess()
        #expect(run.lines.count == 3)
        #expect(try server.requests().count == 4)
    }

    /// What is printed, and the artifacts.
    private func check(_ run: Batch.Result, _ example: NllmExample, _ batch: Batch) throws {
        var lines = run.lines
        let models = example.asks.compactMap { $0.split(separator: ":").first.map(String.init) }
        if models.isEmpty {
            #expect(!batch.exists(example.outdir), "\(example.command)")
        } else {
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(batch.directory)/\(example.outdir)")
            let folder = try #require(
                names.first { $0.hasPrefix("20") }.map { "\(batch.directory)/\(example.outdir)/\($0)" })
            if !example.command.contains(" -q ") { #expect(lines.popLast() == folder, "\(example.command)") }
            let name = String(folder.dropFirst(batch.directory.count + 1))
            for file in ["manifest.json", "results.jsonl"] + models.map({ "results/\($0).json" }) + example.leaves {
                #expect(batch.exists(name + "/" + file), "\(example.command): \(file)")
            }
            let results = try batch.jsonLines(name + "/results.jsonl")
            #expect(results.compactMap { $0["model"] as? String } == models)
            #expect(results.allSatisfy { $0["status"] as? String == "ok" })
        }
        let answers = example.asks.compactMap { ask in
            ask.firstMatch(of: #/^(.*?): (.*?)(, (temperature|system) .*)?$/#).map {
                "[\($0.output.1)] echo: \($0.output.2)"
            }
        }
        let printed = lines.map { $0.replacing(#/^(── .*?) · .*/#) { String($0.output.1) } }
        #expect(printed.sorted() == (example.prints ?? answers).sorted(), "\(example.command)")
    }

    // MARK: Those that fail

    /// Examples that `llm` itself refuses, and what it says.
    private static let failures = [
        (#"nllm -m gpt-4 -- -t 0.2 --system "You are helpful" "Plan my day""#, "Invalid template: 0.2"),
        (#"nllm -- -m gpt-4 -t 0.2 --system "You are helpful" "Write a haiku""#, "Invalid template: 0.2"),
        (
            #"nllm -m gpt-4 --model-option gpt-4:-o:temperature:0.2:--max-tokens:500 -- "Hello""#,
            "No such option '--max-tokens'"
        ),
    ]

    @Test func examplesThatFailWithLLMFailWithTheReason() async throws {
        let server = try await Self.server()
        let batch = try Self.batch(server)
        for (command, reason) in Self.failures {
            let run = try await shell(command, batch)
            #expect(run.code == 1)
            #expect(run.err.contains(reason), "\(run.err)")
        }
        #expect(try server.requests().isEmpty)
    }

    @Test func linesThatEndInTwoBackslashesAreSeveralCommands() async throws {
        let server = try await Self.server()
        let batch = try Self.batch(server)
        let run = try await shell(
            #"""
            nllm -m gpt-4 -m claude-3-sonnet \\
              --model-option gpt-4:-o:temperature:0.2 \\
              -- "Write creative content"
            """#, batch)
        #expect(run.code == 127)
        #expect(run.err.contains("not found"), "\(run.err)")
        #expect(try server.requests().isEmpty)
        #expect(!batch.exists("nllm-runs"))
    }

    @Test func theExampleWithJqWorksWithJSON() async throws {
        let server = try await Self.server()
        let batch = try Self.batch(server)
        let read = #" | python3 -c 'import json, sys; print(json.load(sys.stdin)["results"][0]["text"])'"#
        let quiet = try await shell(#"nllm -q -m gpt-4 -- "Generate random number""# + read, batch)
        #expect(quiet.out == "")
        #expect(quiet.code == 1)
        let run = try await shell(#"nllm --json -q -m gpt-4 -- "Generate random number""# + read, batch)
        #expect(run.out == "echo: Generate random number\n", "\(run.err)")
    }

    // MARK: Dry run

    @Test func theLineOfADryRunAsksWhatTheRunAsks() async throws {
        let server = try await Self.server()
        let batch = try Self.batch(server)
        let odd = "it's \"odd\": $HOME `id` \\n\n\tnaïve 漢字 %s"
        let command = ["run", "-m", "gpt-4", "--model-option", "gpt-4:--system:be $HOME's", "-q"]
        for prompt in [[odd], ["-o", "temperature", "0.2", odd]] {
            let before = try server.requests().count
            let dry = try await batch.run(command + ["--dry-run", "--"] + prompt).expectSuccess()
            try await batch.command("/bin/sh", ["-c", dry.out]).expectSuccess("\(dry.out)")
            try await batch.run(command + ["--"] + prompt).expectSuccess()
            let asked = try server.log().filter { $0["n"] != nil }.dropFirst(before).map(Self.asked)
            #expect(asked.count == 2 && asked.first == asked.last, "\(asked)")
            #expect(
                asked.first?.hasPrefix("gpt-4: " + odd) == true && asked.first?.hasSuffix("system be $HOME's") == true)
        }
    }

    // MARK: JSON

    @Test func theJSONExamplesAreExtracted() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("[ \"$1\" = -m ] || exit 0; cat"))
        let answers = [
            (#"{"status": "success", "data": [1, 2, 3]}"#, #"{"status":"success","data":[1,2,3]}"#),
            (
                "Here's the data you requested:\n```json\n{\n  \"results\": [\"item1\", \"item2\"],\n  \"count\": 2\n}\n```",
                #"{"results":["item1","item2"],"count":2}"#
            ),
            (
                #"The analysis shows: {"confidence": 0.95, "prediction": "positive"}"#,
                #"{"confidence":0.95,"prediction":"positive"}"#
            ),
        ]
        for (answer, json) in answers {
            let run = try await batch.run("run", "-q", "-m", "m", "--new", "--json", "--", answer)
            #expect(run.out.contains(#","json":\#(json),"schema_version""#), "\(run.out)")
        }
    }

    // MARK: The document

    @Test func eachExampleStandsInTheDocument() throws {
        let document = try String(contentsOf: URL(filePath: Batch.packageRoot + "/docs/nllm.md"), encoding: .utf8)
        let told = document.split(separator: "\n").compactMap { row in
            row.firstMatch(of: /^\| `(nllm .*?)` \| (.*) \|$/).map { (String($0.output.1), String($0.output.2)) }
        }
        let section = Dictionary(told, uniquingKeysWith: { first, _ in first })
        for example in NllmExample.all {
            let line = example.command.replacing(#/ *\\\n */#, with: " ")
            #expect(section[line]?.hasSuffix("`nllmsExamplesDoWhatItSays`") == true, "\(line)")
        }
        for (command, reason) in Self.failures {
            #expect(section[command]?.contains(reason) == true, "\(command)")
            #expect(section[command]?.hasSuffix("`examplesThatFailWithLLMFailWithTheReason`") == true, "\(command)")
        }
    }
}
