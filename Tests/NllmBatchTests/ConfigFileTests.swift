import Foundation
import NllmCore
import Testing

/// Configuration files: their mistakes, and the example that `config init` writes.
@Suite struct ConfigFileTests {
    @Test(arguments: [
        (
            "defaults:\n  timeout: 5\n  retires: 2\n",
            ":3: unknown key `retires` in `defaults`; did you mean `retries`?"
        ),
        (
            "# mine\n\ndefaults:\n  timeout: 2 min\n",
            ":4: `timeout` is a string, not a duration such as 90, 15m, 24h or 7d; write `timeout: 2m`"
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
                `max_memory`, `max_answer`, `samples`, `system`, `raw`, `files`, `db`, `resume_within`, `prices`, `check`, `rpm`, `tpm`, `max_wait`, \
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
        try await batch.expect("config", "show", prints: ShownConfiguration.nothing)
    }

    // MARK: init

    @Test func theExampleChangesNothingUntilItsKeysAreUncommented() async throws {
        let batch = try Batch()
        let path = batch.directory + "/.nllm-config.yaml"
        try await batch.expect("config", "init", prints: path + "\n")
        try await batch.expect("config", "show", prints: ShownConfiguration.nothing)
        let example = String(decoding: try batch.read(".nllm-config.yaml"), as: UTF8.self)
        // A `#` right before a key comments it out; text has a space after it.
        let lines = example.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.replacing(/^( *)#(?=[^ ])/) { $0.output.1 }
        }
        try batch.write(lines.joined(separator: "\n"), to: ".nllm-config.yaml")
        let shown = try await batch.run("config", "show").expectSuccess()
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
        #expect(keys == Setting.all.count - 2 + 4 + 4)
        let models = shown.lines.prefix(3).map { $0.replacing(path, with: "") }
        #expect(
            models == [
                "models:  # :6", "  - \"gpt-4o-mini\"  # :7",
                "  - {name: \"gpt-4o\", options: [\"-o\", \"temperature\", \"0.2\"]}  # :8",
            ])
    }

    @Test func theExampleIsWrittenWhereItIsAskedFor() async throws {
        let batch = try Batch()
        try await batch.expect(
            "config", "init", "--global", prints: batch.directory + "/.nllm/config.yaml\n")
        try await batch.expect(
            "config", "init", "--config", "mine.yaml", prints: batch.directory + "/mine.yaml\n")
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
}
