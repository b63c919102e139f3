import Foundation
import NllmCore
import Testing

/// What `config show` and `config path` print, and the documentation of the keys.
@Suite struct ConfigShowTests {
    @Test func theSameKeyInAllPlacesIsTheStrongestOnes() async throws {
        let batch = try Batch()
        let places = ["\(batch.directory)/.nllm/config.yaml", "\(batch.directory)/.nllm-config.yaml"]
        func row(_ path: String, _ source: String) -> String {
            ShownConfiguration.nothing.replacing(
                "db: \"nllm-runs/batch.db\"  # default", with: "db: \"\(path)\"  # \(source)")
        }
        try await batch.expect("config", "show", prints: ShownConfiguration.nothing)
        try batch.write("batch: {db: user.db}\n", to: ".nllm/config.yaml")
        try await batch.expect("config", "show", prints: row("user.db", places[0] + ":1"))
        try batch.write("\nbatch:\n  db: project.db\n", to: ".nllm-config.yaml")
        try await batch.expect("config", "show", prints: row("project.db", places[1] + ":3"))
        let named = try batch.write("batch:\n  db: named.db\n", to: "other/named.yaml")
        let option = ["-c", "other/named.yaml"]
        try await batch.expect("config", "show", option[0], option[1], prints: row("named.db", named + ":2"))
        let environment = ["NLLM_BATCH_DB": "variable.db"]
        try await batch.expect(
            "config", "show", option[0], option[1], environment: environment,
            prints: row("variable.db", "$NLLM_BATCH_DB"))
        try await batch.expect(
            "config", "show", option[0], option[1], "--db", "option.db", environment: environment,
            prints: row("option.db", "--db"))
        // An empty variable says nothing.
        try await batch.expect(
            "config", "show", environment: ["NLLM_BATCH_DB": ""], prints: row("project.db", places[1] + ":3"))
    }

    @Test func otherKeysOfWeakerFilesStay() async throws {
        let batch = try Batch()
        let user = try batch.write(
            "models: [a, b]\ndefaults: {timeout: 1, retries: 1}\ncosts: {m: {input_per_1k: 1}}\n",
            to: ".nllm/config.yaml")
        let project = try batch.write(
            "defaults:\n  timeout: 2\n  parallel: 8\ncosts:\n  m:\n    output_per_1k: 0.50\n", to: ".nllm-config.yaml")
        let named = try batch.write("models:\n- c\ndefaults:\n  timeout:\n", to: "named.yaml")
        let expected = ShownConfiguration.nothing
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
        try await batch.expect("config", "show", "--config", "named.yaml", prints: expected)
        // What is shown can be used as a file.
        try batch.write(expected, to: "shown.yaml")
        let again = try await batch.run("config", "show", "--config", "shown.yaml").expectSuccess()
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
        try await batch.expect(
            "config", "show", "--json",
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
                + #""batch.files":{"value":"all","source":"default"},"#
                + #""batch.db":{"value":"nllm-runs/batch.db","source":"default"},"#
                + #""batch.resume_within":{"value":72000,"source":"default"},"batch.prices":\#(unset),"#
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
        let retry = try await batch.run("retry", "r", "--config", named).expectSuccess()
        #expect(retry.err == "1 cell requeued\ncontinue with: nllm-batch work r --config '\(named)'\n")
    }

    // MARK: path

    @Test func theFilesAreListedTheStrongestLast() async throws {
        let batch = try Batch()
        let (user, project) = ("\(batch.directory)/.nllm/config.yaml", "\(batch.directory)/.nllm-config.yaml")
        try await batch.expect("config", "path", prints: "\(user) (missing)\n\(project) (missing)\n")
        // Broken files can be found, too.
        try batch.write("broken: [", to: ".nllm-config.yaml")
        try await batch.expect(
            "config", "path", "-c", "x.yaml",
            prints: "\(user) (missing)\n\(project)\n\(batch.directory)/x.yaml (missing)\n")
        try await batch.expect(
            "config", "path", "--json",
            prints: "{\"path\":\"\(user)\",\"exists\":false}\n{\"path\":\"\(project)\",\"exists\":true}\n")
    }

    // MARK: The documentation

    @Test func everyKeyIsDocumentedWithItsDefault() throws {
        let path = Batch.packageRoot + "/docs/configuration.md"
        let rows = try String(contentsOf: URL(filePath: path), encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("| `")
        }
        for setting in Setting.all {
            let row = try #require(rows.first { $0.hasPrefix("| `\(setting.place)` |") }, "\(setting.place)")
            let cells = row.split(separator: "|").map { $0.filter { $0 != "`" && $0 != " " } }
            let builtIn = setting.builtIn == .null ? "" : setting.builtIn.description.filter { $0 != "\"" }
            #expect(cells[2] == builtIn, "\(setting.place)")
        }
    }
}
