import Foundation
import NllmCore
import Testing

/// The files of the configuration, and the commands that show, write and list them.
@Suite struct ConfigTests {
    /// What `config show` prints where nothing is configured.
    private static let nothing = """
        models: null  # default
        defaults:
          timeout: 600  # default
          retries: 3  # default
          stream: null  # default
          outdir: "./nllm-runs"  # default
        batch:
          concurrency: 4  # default
          executor: "auto"  # default
          grace: 10  # default
          max_memory: null  # default
          max_answer: 16  # default
          samples: 1  # default
          system: null  # default
          raw: false  # default
          db: "nllm-runs/batch.db"  # default
          prices: null  # default
          check: true  # default
          rpm: null  # default
          tpm: null  # default
          max_wait: 300  # default
          max_cost: null  # default
          max_tokens_total: null  # default
          budget_window: null  # default
          fail_on: null  # default
          cache: null  # default
          priority: 0  # default
          private: false  # default
          trusted_folders: null  # default
          limits: {}  # default
        costs: {}  # default

        """

    /// Runs a command and expects that it succeeds and prints this.
    private func expect(
        _ batch: Batch, _ arguments: String..., environment: [String: String] = [:], prints expected: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let result = try await batch.run(arguments, environment: environment)
        #expect(result.code == 0, sourceLocation: sourceLocation)
        #expect(result.err == "", sourceLocation: sourceLocation)
        #expect(result.out == expected, sourceLocation: sourceLocation)
    }

    // MARK: Precedence

    @Test func theSameKeyInAllPlacesIsTheStrongestOnes() async throws {
        let batch = try Batch()
        let places = ["\(batch.directory)/.nllm/config.yaml", "\(batch.directory)/.nllm-config.yaml"]
        func row(_ path: String, _ source: String) -> String {
            Self.nothing.replacing(
                "db: \"nllm-runs/batch.db\"  # default", with: "db: \"\(path)\"  # \(source)")
        }
        try await expect(batch, "config", "show", prints: Self.nothing)
        try batch.write("batch: {db: user.db}\n", to: ".nllm/config.yaml")
        try await expect(batch, "config", "show", prints: row("user.db", places[0] + ":1"))
        try batch.write("\nbatch:\n  db: project.db\n", to: ".nllm-config.yaml")
        try await expect(batch, "config", "show", prints: row("project.db", places[1] + ":3"))
        let named = try batch.write("batch:\n  db: named.db\n", to: "other/named.yaml")
        let option = ["-c", "other/named.yaml"]
        try await expect(batch, "config", "show", option[0], option[1], prints: row("named.db", named + ":2"))
        let environment = ["NLLM_BATCH_DB": "variable.db"]
        try await expect(
            batch, "config", "show", option[0], option[1], environment: environment,
            prints: row("variable.db", "$NLLM_BATCH_DB"))
        try await expect(
            batch, "config", "show", option[0], option[1], "--db", "option.db", environment: environment,
            prints: row("option.db", "--db"))
        // An empty variable says nothing.
        try await expect(
            batch, "config", "show", environment: ["NLLM_BATCH_DB": ""], prints: row("project.db", places[1] + ":3"))
    }

    @Test func otherKeysOfWeakerFilesStay() async throws {
        let batch = try Batch()
        let user = try batch.write(
            "models: [a, b]\ndefaults: {timeout: 1, retries: 1}\ncosts: {m: {input_per_1k: 1}}\n",
            to: ".nllm/config.yaml")
        let project = try batch.write(
            "defaults:\n  timeout: 2\n  parallel: 8\ncosts:\n  m:\n    output_per_1k: 0.50\n", to: ".nllm-config.yaml")
        let named = try batch.write("models:\n- c\ndefaults:\n  timeout:\n", to: "named.yaml")
        let expected = Self.nothing
            .replacing("models: null  # default", with: "models:  # \(named):1\n  - \"c\"  # \(named):2")
            .replacing("timeout: 600  # default", with: "timeout: null  # \(named):4")
            .replacing("retries: 3  # default", with: "retries: 1  # \(user):2")
            .replacing("concurrency: 4  # default", with: "concurrency: 8  # \(project):3")
            .replacing(
                "costs: {}  # default",
                with: """
                    costs:
                      "m":
                        input_per_1k: 1  # \(user):3
                        output_per_1k: 0.50  # \(project):6
                    """)
        try await expect(batch, "config", "show", "--config", "named.yaml", prints: expected)
        // What is shown can be used as a file.
        try batch.write(expected, to: "shown.yaml")
        let again = try await batch.run("config", "show", "--config", "shown.yaml")
        #expect(again.code == 0)
        let values = { (text: String) in text.split(separator: "\n").map { $0.prefix { $0 != "#" } } }
        #expect(values(again.out) == values(expected))
    }

    @Test func theJSONFormHasEachKeyWithValueAndSource() async throws {
        let batch = try Batch()
        let project = try batch.write(
            "models: [{name: m, options: [-o, api_key, abc]}]\nbatch: {raw: on, limits: {g: {models: [a, b*], rpm: 5}}}\n"
                + "costs: {gpt-4.1: {input_per_1k: 0.002}}",
            to: ".nllm-config.yaml")
        let model = #"[{"name":"m","options":["-o","api_key","***REDACTED***"]}]"#
        let unset = #"{"value":null,"source":"default"}"#
        try await expect(
            batch, "config", "show", "--json",
            prints: #"{"models":{"value":\#(model),"source":"\#(project):1"},"#
                + #""defaults.timeout":{"value":600,"source":"default"},"#
                + #""defaults.retries":{"value":3,"source":"default"},"defaults.stream":\#(unset),"#
                + #""defaults.outdir":{"value":"./nllm-runs","source":"default"},"#
                + #""batch.concurrency":{"value":4,"source":"default"},"#
                + #""batch.executor":{"value":"auto","source":"default"},"#
                + #""batch.grace":{"value":10,"source":"default"},"batch.max_memory":\#(unset),"#
                + #""batch.max_answer":{"value":16,"source":"default"},"#
                + #""batch.samples":{"value":1,"source":"default"},"batch.system":\#(unset),"#
                + #""batch.raw":{"value":true,"source":"\#(project):2"},"#
                + #""batch.db":{"value":"nllm-runs/batch.db","source":"default"},"batch.prices":\#(unset),"#
                + #""batch.check":{"value":true,"source":"default"},"#
                + #""batch.rpm":\#(unset),"batch.tpm":\#(unset),"#
                + #""batch.max_wait":{"value":300,"source":"default"},"batch.max_cost":\#(unset),"#
                + #""batch.max_tokens_total":\#(unset),"batch.budget_window":\#(unset),"#
                + #""batch.fail_on":\#(unset),"batch.cache":\#(unset),"#
                + #""batch.priority":{"value":0,"source":"default"},"#
                + #""batch.private":{"value":false,"source":"default"},"batch.trusted_folders":\#(unset),"#
                + #""batch.limits.g.models":{"value":["a","b*"],"source":"\#(project):2"},"#
                + #""batch.limits.g.rpm":{"value":5,"source":"\#(project):2"},"#
                + #""costs.gpt-4.1.input_per_1k":{"value":0.002,"source":"\#(project):3"}}"# + "\n")
    }

    @Test func theConfiguredDatabaseIsTheOneThatIsUsed() async throws {
        let batch = try Batch()
        try batch.write("\"x\"", to: "p.jsonl")
        let named = try batch.write("batch: {db: ~/from here/named.db}", to: "named file.yaml")
        let result = try await batch.run(
            "enqueue", "p.jsonl", "-m", "m", "--no-check", "--run", "r", "-c", "named file.yaml")
        #expect(result.code == 0 && result.out == "r\n")
        #expect(batch.exists("from here/named.db") && !batch.exists("nllm-runs/batch.db"))
        let cancel = try await batch.run("cancel", "r", "--config", named)
        #expect(cancel.code == 0 && cancel.err == "1 cell cancelled\n")
        // What is suggested leads to the same database.
        let retry = try await batch.run("retry", "r", "--config", named)
        #expect(retry.code == 0)
        #expect(retry.err == "1 cell requeued\ncontinue with: nllm-batch work r --config '\(named)'\n")
    }

    // MARK: Mistakes

    @Test(arguments: [
        (
            "defaults:\n  timeout: 5\n  retires: 2\n",
            ":3: unknown key `retires` in `defaults`; did you mean `retries`?"
        ),
        (
            "# mine\n\ndefaults:\n  timeout: 2 min\n",
            ":4: `timeout` is a string, not a number of seconds; write `timeout: 120`"
        ),
        (
            "models: [a\ndefaults: {}\n",
            ":2: broken YAML: did not find expected ',' or ']'; check quotes, indentation and brackets"
        ),
    ])
    func aMistakeInAnyFileIsToldByEveryCommandThatUsesIt(text: String, error: String) async throws {
        let commands = [
            "enqueue p.jsonl -m m", "run p.jsonl -m m", "work", "status", "list", "show r", "export r", "retry r",
            "cancel r", "pause r", "resume r", "config show",
        ]
        for file in [".nllm/config.yaml", ".nllm-config.yaml", "named.yaml"] {
            let batch = try Batch()
            try batch.write("\"x\"", to: "p.jsonl")
            let path = try batch.write(text, to: file)
            let option = file == "named.yaml" ? ["-c", file] : []
            let name = file == ".nllm/config.yaml" ? path : file
            for command in file == "named.yaml" ? commands : ["list"] {
                let arguments = command.split(separator: " ").map(String.init)
                try await batch.refuses(arguments + option, code: 78, error: name + error)
            }
            let help = try await batch.run(["list", "--help"] + option)
            #expect(help.code == 0 && help.out.contains("--config <path>"))
        }
    }

    @Test func theMistakesOfAllFilesAreToldAtOnce() async throws {
        let batch = try Batch()
        let user = try batch.write("retries: 1\nbatch: {timeout: 5}\n", to: ".nllm/config.yaml")
        try batch.write("batch: {concurrency: 0, zzzzzzz: 1}\n", to: ".nllm-config.yaml")
        try await batch.refuses(
            "list", "--config", "no.yaml", code: 78,
            error: """
                \(user):1: unknown key `retries`; did you mean `defaults.retries`?
                \(user):2: unknown key `timeout` in `batch`; did you mean `defaults.timeout`?
                .nllm-config.yaml:1: `concurrency` is 0 but must be 1 to 1024
                .nllm-config.yaml:1: unknown key `zzzzzzz` in `batch`; known are `concurrency`, `executor`, `grace`, \
                `max_memory`, `max_answer`, `samples`, `system`, `raw`, `db`, `prices`, `check`, `rpm`, `tpm`, `max_wait`, \
                `max_cost`, `max_tokens_total`, `budget_window`, `fail_on`, `cache`, `priority`, `private`, `trusted_folders`, `limits`
                no.yaml: no such file or directory; name a file that is there; `nllm-batch config init` writes one
                """)
    }

    @Test func whatIsNoFileIsTold() async throws {
        let batch = try Batch()
        try FileManager.default.createDirectory(
            atPath: batch.directory + "/.nllm-config.yaml", withIntermediateDirectories: true)
        try await batch.refuses(
            "list", code: 78, error: ".nllm-config.yaml: is a directory; name or make a file that can be read")
        try await batch.refuses(
            "list", "-c", "", code: 64, error: "error: `--config` is empty; name a file; see `nllm-batch list --help`")
    }

    @Test func theUsersFileNeedsNoFolder() async throws {
        let batch = try Batch()
        try batch.write("not a folder", to: ".nllm")
        try await expect(batch, "config", "show", prints: Self.nothing)
    }

    // MARK: init

    @Test func theExampleChangesNothingUntilItsKeysAreUncommented() async throws {
        let batch = try Batch()
        let path = batch.directory + "/.nllm-config.yaml"
        try await expect(batch, "config", "init", prints: path + "\n")
        try await expect(batch, "config", "show", prints: Self.nothing)
        let example = String(decoding: try batch.read(".nllm-config.yaml"), as: UTF8.self)
        // A `#` right before a key comments it out; text has a space after it.
        let lines = example.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.replacing(/^( *)#(?=[^ ])/) { $0.output.1 }
        }
        try batch.write(lines.joined(separator: "\n"), to: ".nllm-config.yaml")
        let shown = try await batch.run("config", "show")
        #expect(shown.code == 0)
        #expect(shown.err == "")
        #expect(shown.out.components(separatedBy: "# default").count == 2)
        // Each key is reported from its line, with what stands there.
        let reported = Set(shown.lines.map { $0.replacing("\"", with: "") })
        var keys = 0
        for (index, line) in lines.enumerated() where line.contains(/^ +[a-z_0-9]+: [^\[]/) {
            keys += 1
            let expected = "\(line)  # \(path):\(index + 1)".replacing("\"", with: "")
            #expect(reported.contains(expected), "\(expected)")
        }
        // All but the older name of the concurrency and what is for the user's own file, four limits, and four costs.
        #expect(keys == ConfigurationKey.allCases.count - 2 + 4 + 4)
        let models = shown.lines.prefix(3).map { $0.replacing(path, with: "") }
        #expect(
            models == [
                "models:  # :6", "  - \"gpt-4o-mini\"  # :7",
                "  - {name: \"gpt-4o\", options: [\"-o\", \"temperature\", \"0.2\"]}  # :8",
            ])
    }

    @Test func theExampleIsWrittenWhereItIsAskedFor() async throws {
        let batch = try Batch()
        try await expect(
            batch, "config", "init", "--global", prints: batch.directory + "/.nllm/config.yaml\n")
        try await expect(
            batch, "config", "init", "--config", "mine.yaml", prints: batch.directory + "/mine.yaml\n")
        // The user's own file has one key more, with a line that explains it.
        func lines(_ name: String) throws -> [Substring] {
            String(decoding: try batch.read(name), as: UTF8.self).split(separator: "\n")
        }
        let (user, named) = (try lines(".nllm/config.yaml"), try lines("mine.yaml"))
        #expect(user.count == named.count + 2)
        #expect(user.filter(named.contains) == named)
        #expect(!batch.exists(".nllm-config.yaml"))
        try await batch.refuses(
            "config", "init", "--global", "-c", "x.yaml", code: 64,
            error: "error: `--global` and `--config` exclude each other; see `nllm-batch config init --help`")
    }

    @Test func whatIsThereIsNotOverwritten() async throws {
        let batch = try Batch()
        let path = try batch.write("broken: [", to: ".nllm-config.yaml")
        let there = ": it is already there; choose another place with --config"
        try await batch.refuses("config", "init", code: 73, error: "error: cannot create \(path)\(there)")
        let link = batch.directory + "/link.yaml"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere")
        try await batch.refuses(
            "config", "init", "-c", "link.yaml", code: 73, error: "error: cannot create \(link)\(there)")
        try await batch.refuses(
            "config", "init", "-c", "no/x.yaml", code: 73,
            error: "error: cannot create \(batch.directory)/no/x.yaml: no such file or directory; "
                + "choose another place with --config")
        try batch.write("not a folder", to: ".nllm")
        try await batch.refuses(
            "config", "init", "--global", code: 73,
            error: "error: cannot create \(batch.directory)/.nllm/config.yaml: not a directory; "
                + "choose another place with --config")
    }

    // MARK: path

    @Test func theFilesAreListedTheStrongestLast() async throws {
        let batch = try Batch()
        let (user, project) = ("\(batch.directory)/.nllm/config.yaml", "\(batch.directory)/.nllm-config.yaml")
        try await expect(batch, "config", "path", prints: "\(user) (missing)\n\(project) (missing)\n")
        // Broken files can be found, too.
        try batch.write("broken: [", to: ".nllm-config.yaml")
        try await expect(
            batch, "config", "path", "-c", "x.yaml",
            prints: "\(user) (missing)\n\(project)\n\(batch.directory)/x.yaml (missing)\n")
        try await expect(
            batch, "config", "path", "--json",
            prints: "{\"path\":\"\(user)\",\"exists\":false}\n{\"path\":\"\(project)\",\"exists\":true}\n")
    }

    // MARK: The documentation

    @Test func everyKeyIsDocumentedWithItsDefault() throws {
        let path = Batch.packageRoot + "/docs/configuration.md"
        let rows = try String(contentsOf: URL(filePath: path), encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("| `")
        }
        for key in ConfigurationKey.allCases {
            let row = try #require(rows.first { $0.hasPrefix("| `\(key.rawValue)` |") }, "\(key)")
            let cells = row.split(separator: "|").map { $0.filter { $0 != "`" && $0 != " " } }
            let builtIn = key.builtIn == .null ? "" : key.builtIn.description.filter { $0 != "\"" }
            #expect(cells[2] == builtIn, "\(key)")
        }
    }
}
