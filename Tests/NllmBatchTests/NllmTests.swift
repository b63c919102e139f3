import Foundation
import Testing

/// What docs/nllm.md says of nllm's features, and the examples of nllm's README.
@Suite struct NllmTests {
    private let document: String

    init() throws {
        document = try String(contentsOf: URL(filePath: Batch.packageRoot + "/docs/nllm.md"), encoding: .utf8)
    }

    /// A scratch folder that knows three models of the loopback server, under names like those in nllm's README.
    private static func batch(_ server: LoopbackServer) throws -> Batch {
        let path = URL(filePath: Batch.binary).deletingLastPathComponent().path + ":" + Batch.venv
        return try Batch(userPath: server.userPath, extra: ["PATH": path + ":/usr/local/bin:/usr/bin:/bin"])
    }

    private static func server() async throws -> LoopbackServer {
        try await LoopbackServer(
            #"{"l-gpt": {}, "l-claude": {}, "l-gemini": {}, "l-flaky": {"fail": {"status": 500, "times": 4}}}"#)
    }

    private struct Example {
        var command: String
        /// The models that have to be asked exactly this prompt.
        var models: [String]
        var prompt: String
        /// Where the run's folder has to stand.
        var outdir = "nllm-runs"
        /// What has to be in a request, by model, as the server logs it.
        var asked: [String: String] = [:]
    }

    private static let examples = [
        Example(
            command: #"nllm -m l-gpt -m l-claude -- "Explain quantum computing in simple terms""#,
            models: ["l-gpt", "l-claude"], prompt: "Explain quantum computing in simple terms"),
        Example(
            command: #"nllm -m l-gpt --model-option l-gpt:-o:temperature:0.2 -- "Generate code""#, models: ["l-gpt"],
            prompt: "Generate code", asked: ["l-gpt": "temperature 0.2"]),
        Example(
            command: """
                nllm -m l-gpt -m l-claude \\
                  --model-option l-gpt:-o:temperature:0.2 \\
                  --model-option l-claude:-o:temperature:0.8 \\
                  -- "Write creative content"
                """, models: ["l-gpt", "l-claude"], prompt: "Write creative content",
            asked: ["l-gpt": "temperature 0.2", "l-claude": "temperature 0.8"]),
        Example(
            command: #"nllm -m l-gpt --model-option l-gpt:--system:"You are precise" -- "Explain machine learning""#,
            models: ["l-gpt"], prompt: "Explain machine learning", asked: ["l-gpt": "system You are precise"]),
        Example(
            command: #"nllm -m l-gpt -o ./my-results --timeout 300 -- "Long analysis task""#, models: ["l-gpt"],
            prompt: "Long analysis task", outdir: "my-results"),
        Example(
            command: #"nllm --timeout 300 --parallel 2 -m l-gpt -- "Complex task""#, models: ["l-gpt"],
            prompt: "Complex task"),
        Example(
            command: #"nllm -c my-config.yaml -- "What is the capital of France?""#, models: ["l-gpt", "l-gemini"],
            prompt: "What is the capital of France?", outdir: "my-nllm-runs", asked: ["l-gemini": "temperature 0.8"]),
    ]

    @Test func nllmsExamplesDoWhatItSays() async throws {
        let server = try await Self.server()
        let batch = try Self.batch(server)
        try batch.write(
            """
            models:
              - "l-gpt"
              - name: "l-gemini"
                options: ["-o", "temperature", "0.8"]

            defaults:
              parallel: 3
              retries: 1
              stream: true
              outdir: "./my-nllm-runs"

            costs:
              l-gpt:
                input_per_1k: 0.03
                output_per_1k: 0.06
            """, to: "my-config.yaml")
        for example in Self.examples {
            let before = try server.log().filter { $0["n"] != nil }.count
            let run = try await shell(example.command, batch)
            #expect(run.code == 0, "\(example.command): \(run.err)")
            let folder = try #require(run.lines.last)
            #expect(folder.hasPrefix(batch.directory + "/" + example.outdir + "/20"), "\(folder)")
            // Each model's line as it came, and nothing else but the folder.
            let lines = example.models.map { "[\($0)] echo: \(example.prompt)" }
            #expect(run.lines.dropLast().sorted() == lines.sorted())
            let requests = try server.log().filter { $0["n"] != nil }.dropFirst(before)
            #expect(Set(requests.compactMap { $0["model"] as? String }) == Set(example.models))
            for request in requests {
                #expect(request["prompt"] as? String == example.prompt)
                guard let asked = example.asked[request["model"] as? String ?? ""] else { continue }
                let said = [
                    "temperature \((request["params"] as? [String: Any])?["temperature"] ?? "")",
                    "system \(request["system"] ?? "")",
                ]
                #expect(said.contains(asked), "\(said)")
            }
            let name = String(folder.dropFirst(batch.directory.count + 1))
            #expect(batch.exists(name + "/manifest.json") && batch.exists(name + "/results.jsonl"))
            for model in example.models { #expect(batch.exists("\(name)/results/\(model).json")) }
        }
    }

    @Test func quietRawAndUnstreamedRunsDoWhatNllmSays() async throws {
        let server = try await Self.server()
        let batch = try Self.batch(server)
        let quiet = try await shell(#"nllm -q -m l-gpt -- "Generate a UUID""#, batch)
        #expect(quiet.code == 0)
        #expect(quiet.err == "")
        #expect(quiet.lines.count == 1)
        let raw = try await shell(#"nllm --raw -q -m l-gpt -- "Debug this code: print('hello')""#, batch)
        let folder = String(try #require(raw.lines.last).dropFirst(batch.directory.count + 1))
        #expect(
            String(decoding: try batch.read(folder + "/raw/l-gpt.stdout.txt"), as: UTF8.self)
                == "echo: Debug this code: print('hello')\n")
        #expect(batch.exists(folder + "/raw/l-gpt.stderr.txt"))
        let flaky = try await shell(#"nllm --no-stream --retries 2 -m l-flaky -- "Flaky network request""#, batch)
        #expect(flaky.code == 0, "\(flaky.err)")
        #expect(flaky.lines.count == 1)
        let dry = try await shell(#"nllm -m l-gpt --dry-run -- "Hello world""#, batch)
        #expect(dry.out == "printf %s 'Hello world' | llm -m l-gpt -n -u\n")
    }

    @Test func theConfigurationDecidesWhetherAnswersAreStreamed() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("[ \"$1\" = -m ] || exit 0; cat"))
        try batch.write("\"one\"", to: "p.jsonl")
        for (stream, direct, file) in [("true", 2, 2), ("false", 1, 1)] {
            try batch.write("defaults: {stream: \(stream)}\n", to: ".nllm-config.yaml")
            #expect(try await batch.run("run", "-m", "m", "--new", "--", "hi").lines.count == direct)
            #expect(try await batch.run("run", "p.jsonl", "-m", "m", "--new").lines.count == file)
        }
    }

    @Test func examplesThatFailWithLLMFailWithTheReason() async throws {
        let server = try await Self.server()
        let batch = try Self.batch(server)
        let template = try await shell(
            #"nllm -m l-gpt --retries 0 -- -t 0.2 --system "You are helpful" "Plan my day""#, batch)
        #expect(template.code == 1)
        #expect(template.err.contains("Invalid template: 0.2"), "\(template.err)")
        let flag = try await shell(
            #"nllm -m l-gpt --retries 0 --model-option l-gpt:--max-tokens:1000 -- "Plan my day""#, batch)
        #expect(flag.code == 1)
        #expect(flag.err.contains("No such option"), "\(flag.err)")
        #expect(try server.requests().isEmpty)
    }

    @Test func theExampleWithJqWorksWithJSON() async throws {
        let server = try await Self.server()
        let batch = try Self.batch(server)
        let read = "python3 -c 'import json,sys; print(json.load(sys.stdin)[\"results\"][0][\"text\"])'"
        let run = try await shell(#"nllm --json -q -m l-gpt -- "Generate random number" | "# + read, batch)
        #expect(run.out == "echo: Generate random number\n\n", "\(run.err)")
    }

    @Test func theExamplesThatBuildNllmAreNoCommandsHere() async throws {
        let help = try await Batch().run("--help").out
        for name in ["make", "uv", "pipx", "git"] { #expect(!help.contains("\n  \(name) ")) }
    }

    @Test func theVersionIsTold() async throws {
        let version = try await Batch().run("--version")
        #expect(version.out.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
        #expect(version.code == 0)
    }

    @Test func theManifestNamesTheWholeCommit() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("[ \"$1\" = -m ] || exit 0; cat"))
        let setup = """
            git init -q . && git -c user.name=n -c user.email=e@example.org commit -q --allow-empty -m first \
            && git rev-parse HEAD
            """
        let commit = try await batch.command("/bin/sh", ["-ec", setup])
        try #require(commit.code == 0, "\(commit.err)")
        #expect(try await batch.run("run", "-m", "m", "--run", "r", "--", "hi").code == 0)
        let bytes = try batch.read("nllm-runs/r/manifest.json")
        let manifest = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        #expect(manifest["git_sha"] as? String == commit.lines.first)
        #expect(commit.lines.first?.count == 40)
    }

    @Test func whatIsInterruptedGoesOnWithTheSameCommand() async throws {
        let batch = try Batch(
            llm: Batch.fakeLLM(
                """
                [ "$1" = -m ] || exit 0
                [ -e "$HOME/go" ] && exec cat
                : > "$HOME/started"
                exec sleep 600
                """))
        let arguments = ["run", "-m", "m", "--grace", "0", "--", "hi"]
        let first = try await batch.start(Batch.binary, arguments)
        while !batch.exists("started") { await Task.yield() }
        first.signal(SIGINT)
        #expect(try await first.result().code == 130)
        try batch.write("", to: "go")
        let second = try await batch.run(arguments)
        #expect(second.code == 0)
        #expect(second.err.hasPrefix("going on with run "), "\(second.err)")
        #expect(try await batch.query("SELECT count(*) FROM runs") == [["1"]])
    }

    private func shell(_ command: String, _ batch: Batch) async throws -> Batch.Result {
        let here = command.replacing("nllm ", with: "nllm-batch run ", maxReplacements: 1)
        return try await batch.command("/bin/sh", ["-c", here])
    }

    // MARK: The document

    /// The cells of each row of each table but their headings.
    private var rows: [[String]] {
        document.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| --- |") }
            .map { row in
                row.replacing("\\|", with: "\u{1}").split(separator: "|", omittingEmptySubsequences: false)
                    .dropFirst().dropLast().map { String($0).trimmingCharacters(in: .whitespaces) }
            }
            .filter { $0.last != "test" }
    }

    @Test func eachRowNamesTestsThatAreThere() throws {
        var sources = ""
        let root = Batch.packageRoot + "/Tests"
        for case let path as String in FileManager.default.enumerator(atPath: root) ?? .init()
        where path.hasSuffix(".swift") {
            sources += try String(contentsOf: URL(filePath: root + "/" + path), encoding: .utf8)
        }
        #expect(rows.count > 50)
        for row in rows {
            let names = (row.last ?? "").matches(of: /`([A-Za-z]+)`/).map { String($0.output.1) }
            #expect(!names.isEmpty, "\(row)")
            for name in names {
                #expect(sources.contains("func \(name)(") || sources.contains("struct \(name) "), "\(name)")
            }
        }
    }

    @Test func everyOptionAndKeyOfNllmHasItsRow() {
        let first = rows.map(\.first).compactMap(\.self).joined(separator: "\n")
        for name in [
            "-m/--model", "--model-option", "-c/--config", "-o/--outdir", "--parallel", "--timeout", "--retries",
            "--stream/--no-stream", "--raw", "--dry-run", "-q/--quiet", "--version", "`models`", "defaults.timeout",
            "defaults.retries", "defaults.stream", "defaults.outdir", "defaults.parallel", "input_per_1k",
            "output_per_1k", "cli_args", "resolved_models", "timestamp", "hostname", "git_sha", "config_paths_used",
            "llm_version", "os_info", "working_directory", "`model`", "status", "duration_ms", "exit_code", "text",
            "tokens_input", "tokens_output", "cost_estimated", "command", "stderr_tail", "`json`",
        ] {
            #expect(first.contains(name), "\(name)")
        }
    }
}
