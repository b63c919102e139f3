import Foundation
import Testing

/// What docs/nllm.md says of nllm's features; its examples are in NllmReadmeTests.
@Suite struct NllmTests {
    private let document: String

    init() throws {
        document = try String(contentsOf: URL(filePath: Batch.packageRoot + "/docs/nllm.md"), encoding: .utf8)
    }

    /// A program called `llm` that answers with the prompt.
    private static func echo() throws -> String { try Batch.fakeLLM("[ \"$1\" = -m ] || exit 0; cat") }

    // MARK: Command line

    @Test func helpIsShownWhereItIsAskedForAndWithoutArguments() async throws {
        let batch = try Batch()
        for arguments in [[], ["--help"]] {
            let help = try await batch.run(arguments).expectSuccess()
            #expect(help.out.contains("USAGE: nllm-batch"))
        }
        let run = try await batch.run("run", "--help-hidden").expectSuccess()
        for name in ["--model", "--model-option", "--outdir", "--parallel", "--timeout", "--retries", "--dry-run"] {
            #expect(run.out.contains(name), "\(name)")
        }
    }

    @Test func aPromptThatIsNotBehindTheTerminatorIsTakenForASource() async throws {
        let batch = try Batch(llm: Self.echo())
        try await batch.refuses(
            "run", "-m", "m", "hello", code: 66,
            error: "error: hello: no such file or directory; for a prompt: nllm-batch run -m m -- hello")
    }

    @Test func numbersThatNllmRefusesAreRefused() async throws {
        let batch = try Batch(llm: Self.echo())
        for argument in ["--parallel=0", "--retries=-1", "--timeout=-1", "--outdir="] {
            let run = try await batch.run("run", "-m", "m", argument, "--", "hi")
            #expect(run.code == 64, "\(argument)")
            #expect(run.out == "" && run.err.hasPrefix("error: "), "\(run.err)")
        }
        #expect(!batch.exists("nllm-runs"))
        // For nllm 0 seconds is a mistake; here it is none at all, as in its newer versions without the option.
        try await batch.run("run", "-m", "m", "--timeout", "0", "--", "hi").expectSuccess()
    }

    @Test func optionsOfAModelStandBeforeTheArgumentsOfAll() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("[ \"$1\" = -m ] || exit 0; echo \"$*\""))
        let run = try await batch.run(
            "run", "-q", "-m", "m", "--model-option", "m:-o:t:1", "--json", "--", "-o", "t", "2", "-x", "hi")
        #expect(run.out.contains(#""text":"-m m -n -u -o t 1 -o t 2 -x hi""#), "\(run.out) \(run.err)")
    }

    @Test func aDryRunShowsNoSecrets() async throws {
        let batch = try Batch(llm: Self.echo())
        let dry = try await batch.run(
            "run", "-m", "m", "--dry-run", "--system", "token=hunter2", "--",
            "use sk-abcdefghijklmnop, password=swordfish")
        #expect(
            dry.out == """
                printf %s 'use ***REDACTED***, password=***REDACTED***' | llm -m m -n -u -s 'token=***REDACTED***'

                """)
        #expect(!batch.exists("nllm-runs"))
    }

    // MARK: Behaviour

    @Test func resultsAreOnDiskWhileOtherModelsAreStillAsked() async throws {
        // Each waits for the other to start, so that they run side by side; then one waits for the other's result.
        let batch = try Batch(
            llm: Batch.fakeLLM(
                """
                [ "$1" = -m ] || exit 0
                : >"$HOME/started-$2"
                until [ -e "$HOME/started-fast" ] && [ -e "$HOME/started-slow" ]; do sleep 0.05; done
                [ "$2" = fast ] && exec cat
                until [ -s "$HOME/nllm-runs/r/results/fast.json" ]; do sleep 0.05; done
                cd "$HOME/nllm-runs/r" && ls && cat results.jsonl
                """))
        try await batch.run(
            "run", "-q", "-m", "fast", "-m", "slow", "--run", "r", "--timeout", "60", "--retries", "0", "--", "hi"
        ).expectSuccess()
        let slow = try #require(try batch.jsonLines("nllm-runs/r/results.jsonl").last)
        let lines = (slow["text"] as? String ?? "").split(separator: "\n")
        #expect(lines.prefix(3) == ["manifest.json", "results", "results.jsonl"], "\(slow)")
    }

    @Test(arguments: [["--parallel", "1"], []])
    func soManyModelsAreAskedAtOnceAsParallelSays(arguments: [String]) async throws {
        // Two at once would find the folder that the first one has made.
        let batch = try Batch(
            llm: Batch.fakeLLM(
                """
                [ "$1" = -m ] || exit 0
                mkdir "$HOME/busy" || exit 1
                sleep 0.05
                rmdir "$HOME/busy"
                cat
                """))
        if arguments.isEmpty { try batch.write("defaults: {parallel: 1}\n", to: ".nllm-config.yaml") }
        let models = (1...6).flatMap { ["-m", "m\($0)"] }
        try await batch.run(["run", "--retries", "0"] + arguments + models + ["--", "hi"]).expectSuccess()
    }

    @Test func aMarkTellsHowEachModelHasEndedWhileOthersAreAsked() async throws {
        let batch = try Batch(
            llm: Batch.fakeLLM(
                """
                [ "$1" = -m ] || exit 0
                case "$2" in
                    bad) exit 1 ;;
                    slow) until grep -qs ✓ "$HOME/terminal" && grep -qs ✗ "$HOME/terminal"; do sleep 0.05; done ;;
                esac
                cat
                """))
        let models = ["good", "bad", "slow"].flatMap { ["-m", $0] }
        let run = try await batch.runInTerminal(
            ["run", "--timeout", "60", "--retries", "0", "--run", "r"] + models + ["--", "hi"])
        #expect(run.code == 1)
        let ends = try batch.jsonLines("nllm-runs/r/results.jsonl").map { $0["status"] as? String }
        #expect(ends == ["ok", "error", "ok"])
    }

    @Test func theEnvironmentReachesLLM() async throws {
        let batch = try Batch(llm: Batch.fakeLLM("[ \"$1\" = -m ] || exit 0; echo \"$OPENAI_API_BASE in $PWD\""))
        let run = try await batch.run(
            ["run", "-m", "m", "--", "hi"], environment: ["OPENAI_API_BASE": "http://127.0.0.1:9"])
        #expect(run.lines.first == "[m] http://127.0.0.1:9 in \(batch.directory)")
    }

    // MARK: Artifacts

    @Test func aFolderOfThisSecondThatIsTakenGetsANumber() async throws {
        let batch = try Batch(llm: Self.echo())
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyy-MM-dd_HH-mm-ss"
        // Whenever in the next minutes it runs, the folder is there.
        for second in 0..<600 {
            try batch.write("", to: "nllm-runs/\(formatter.string(from: Date() + Double(second)))/mine")
        }
        let run = try await batch.run(["run", "-m", "m", "--", "hi"], environment: ["TZ": "UTC"])
        let name = try #require(run.lines.last).split(separator: "/").last.map(String.init) ?? ""
        #expect(name.wholeMatch(of: /\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_1/) != nil, "\(name)")
    }

    @Test func aTildeIsTheHomeFolder() async throws {
        let batch = try Batch(llm: Self.echo())
        try batch.write("defaults:\n  outdir: \"~/nllm-results\"\n", to: ".nllm/config.yaml")
        let run = try await batch.run("run", "-m", "m", "--run", "r", "--", "hi")
        #expect(run.lines.last == "\(batch.directory)/nllm-results/r")
    }

    @Test func theConfigurationDecidesWhetherAnswersAreStreamed() async throws {
        let batch = try Batch(llm: Self.echo())
        try batch.write("\"one\"", to: "p.jsonl")
        for (stream, direct, file) in [("true", 2, 2), ("false", 3, 1)] {
            try batch.write("defaults: {stream: \(stream)}\n", to: ".nllm-config.yaml")
            #expect(try await batch.run("run", "-m", "m", "--new", "--", "hi").lines.count == direct)
            #expect(try await batch.run("run", "p.jsonl", "-m", "m", "--new").lines.count == file)
        }
    }

    @Test func theVersionIsTold() async throws {
        let version = try await Batch().run("--version")
        #expect(version.out.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
        version.expectSuccess()
    }

    @Test func theManifestNamesEveryConfigurationFile() async throws {
        let batch = try Batch(llm: Self.echo())
        for path in [".nllm/config.yaml", ".nllm-config.yaml", "own.yaml"] {
            try batch.write("defaults: {retries: 0}\n", to: path)
        }
        try await batch.run("run", "-c", "own.yaml", "-m", "m", "--run", "r", "--", "hi").expectSuccess()
        let bytes = try batch.read("nllm-runs/r/manifest.json")
        let manifest = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        #expect(
            manifest["config_paths_used"] as? [String]
                == [".nllm/config.yaml", ".nllm-config.yaml", "own.yaml"].map { batch.directory + "/" + $0 })
    }

    @Test func theManifestNamesTheWholeCommit() async throws {
        let batch = try Batch(llm: Self.echo())
        let setup = """
            git init -q . && git -c user.name=n -c user.email=e@example.org commit -q --allow-empty -m first \
            && git rev-parse HEAD
            """
        let commit = try await batch.command("/bin/sh", ["-ec", setup]).requireSuccess()
        try await batch.run("run", "-m", "m", "--run", "r", "--", "hi").expectSuccess()
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
        try await eventually("the cell is in flight") { batch.exists("started") }
        first.signal(SIGINT)
        #expect(try await first.result().code == 130)
        try batch.write("", to: "go")
        let second = try await batch.run(arguments).expectSuccess()
        #expect(second.err.hasPrefix("resuming run "), "\(second.err)")
        #expect(try batch.query("SELECT count(*) FROM runs") == [["1"]])
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
            "tokens_input", "tokens_output", "cost_estimated", "error_message", "command", "stderr_tail", "`json`",
            "results.jsonl", "results/<model>.json", "raw/<model>.stdout.txt", "llm_args", "cli_models",
            "cli_model_options", "config_path", "dry_run", "quiet", "success_count", "total_count", "get_result",
            "successful_models", "failed_models", "ConfigError", "ExecutionError", "NllmError",
        ] {
            #expect(first.contains(name), "\(name)")
        }
    }
}
