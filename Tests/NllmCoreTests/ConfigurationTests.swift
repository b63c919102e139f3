import Foundation
import Testing

@testable import NllmCore

/// A home folder and a project folder with configuration files.
private struct Scratch: ~Copyable {
    let root = FileManager.default.temporaryDirectory.path + "/nllm-config-test-" + UUID().uuidString

    init() throws {
        for folder in ["/home/.nllm", "/project"] {
            try FileManager.default.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var user: String { root + "/home/.nllm/config.yaml" }
    var project: String { root + "/project/.nllm-config.yaml" }

    func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }

    func load(explicit: String? = nil) throws(NllmError) -> Configuration {
        try Configuration.load(
            ConfigurationPlace.all(explicit: explicit, home: root + "/home", directory: root + "/project"))
    }

    /// The configuration of a project whose file holds this.
    func load(project text: String) throws -> Configuration {
        try write(Array(text.utf8), to: project)
        return try load()
    }

    /// What is wrong with files that hold this.
    func problems(explicit: String? = nil) throws -> [String] {
        do throws(NllmError) {
            _ = try load(explicit: explicit)
            return []
        } catch {
            guard case .badConfiguration = error else { throw error }
            return error.description.split(separator: "\n").map(String.init)
        }
    }
}

@Suite struct ConfigurationTests {
    // MARK: Values

    @Test func withoutFilesTheBuiltInValuesHold() throws {
        let configuration = try Scratch().load()
        #expect(configuration.timeout == 600)
        #expect(configuration.retries == 3)
        #expect(configuration.stream == nil)
        #expect(configuration.outdir == "./nllm-runs")
        #expect(configuration.concurrency == 4)
        #expect(configuration.executor == .auto)
        #expect(configuration.grace == 10)
        #expect(configuration.maxMemory == nil)
        #expect(configuration.maxAnswer == 16)
        #expect(configuration.samples == 1)
        #expect(configuration.system == nil)
        #expect(!configuration.raw)
        #expect(configuration.database == "nllm-runs/batch.db")
        #expect(configuration.prices == nil)
        #expect(configuration.checksModels)
        #expect(configuration.models == nil)
        #expect(configuration.costs == [:])
        #expect(configuration.maxWait == 300)
        #expect(configuration.maxCost == nil)
        #expect(configuration.maxTokensTotal == nil)
        #expect(configuration.budgetWindow == nil)
        #expect(configuration.failOn == [])
        #expect(configuration.cache == nil)
        #expect(configuration.priority == 0)
        #expect(configuration.limits == [])
        #expect(configuration.files == [])
        #expect(ConfigurationKey.allCases.allSatisfy { configuration.source(of: $0) == .builtIn })
    }

    @Test func everyKeyIsReadWithItsLine() throws {
        let scratch = try Scratch()
        let configuration = try scratch.load(
            project: """
                defaults:
                  timeout: 1_20.5
                  retries: 0
                  stream: off
                  outdir: "out dir"
                batch: {concurrency: 1024,
                  executor: process, grace: 0, db: 'a.db',
                  samples: 10, max_memory: 16, max_answer: 256, raw: Yes, check: no,
                  prices: p.json, max_cost: 2.5, max_tokens_total: 1_000, max_wait: 1.5h,
                  budget_window: 7d, fail_on: "empty, truncated", cache: any, priority: -3}
                """)
        #expect(configuration.timeout == 120.5)
        #expect(configuration.retries == 0)
        #expect(configuration.stream == false)
        #expect(configuration.outdir == "out dir")
        #expect(configuration.concurrency == 1024)
        #expect(configuration.executor == .process)
        #expect(configuration.grace == 0)
        #expect(configuration.database == "a.db")
        #expect(configuration.samples == 10)
        #expect(configuration.maxMemory == 16)
        #expect(configuration.maxAnswer == 256)
        #expect(configuration.raw)
        #expect(!configuration.checksModels)
        #expect(configuration.prices == "p.json")
        #expect(configuration.maxCost == 2.5)
        #expect(configuration.maxTokensTotal == 1000)
        #expect(configuration.maxWait == 5400)
        #expect(configuration.budgetWindow == 604_800)
        #expect(configuration.failOn == [.truncated, .empty])
        #expect(configuration.cache == DurationText.anyAge)
        #expect(configuration.priority == -3)
        #expect(configuration.files == [scratch.project])
        #expect(configuration.source(of: .timeout) == .file(path: scratch.project, line: 2))
        #expect(configuration.source(of: .grace) == .file(path: scratch.project, line: 7))
        #expect(configuration.source(of: .system) == .builtIn)
    }

    @Test(arguments: [
        "", "\n\n", "# nothing\n", "---\n", "null", "~\n", "{}", "defaults:\nbatch: null\nmodels:\ncosts: ~\n",
        "defaults: {retries: null, outdir: ~}\nbatch: {concurrency: }\ncosts: {gpt-4: , a: {input_per_1k: }}",
        "batch: {rpm: , cache: null, limits: }", "batch: {limits: {a: , b: {rpm: null, models: ~}}}",
        "\u{FEFF}# marked\r\n",
    ])
    func nullAndNothingSayNothing(text: String) throws {
        let configuration = try Scratch().load(project: text)
        #expect(configuration.json == Configuration().json)
    }

    @Test(arguments: ["timeout: null", "timeout:", "timeout: ~", "timeout: 0", "timeout: 0.0"])
    func noTimeoutIsSaidByNullOrZero(line: String) throws {
        let scratch = try Scratch()
        try scratch.write("defaults: {timeout: 5}".utf8, to: scratch.user)
        let configuration = try scratch.load(project: "defaults:\n  \(line)\n")
        #expect(configuration.timeout == 0)
        #expect(configuration.source(of: .timeout) == .file(path: scratch.project, line: 2))
    }

    @Test func modelsAreTextsAsWrittenOrMappings() throws {
        let scratch = try Scratch()
        let configuration = try scratch.load(
            project: """
                models:
                  - gpt-4
                  - 4.10
                  - yes
                  - 'm[temperature=1]'
                  - name: "claude"
                    options: ["-o", temperature, 0.20, --system, "Be: brief"]
                  - {name: 007}
                """)
        let models = try #require(configuration.models)
        #expect(models.map(\.name) == ["gpt-4", "4.10", "yes", "m[temperature=1]", "claude", "007"])
        #expect(models[4].options == ["-o", "temperature", "0.20", "--system", "Be: brief"])
        #expect(models.filter { $0.options.isEmpty }.count == 5)
        #expect(models.map(\.source) == [2, 3, 4, 5, 6, 8].map { .file(path: scratch.project, line: $0) })
        #expect(try scratch.load(project: "models: []").models == nil)
    }

    @Test func anchorsAliasesAndMergeKeysWork() throws {
        let configuration = try Scratch().load(
            project: """
                costs:
                  a: &a {input_per_1k: 1, output_per_1k: 2}
                  b: {<<: *a, output_per_1k: 3}
                  c: {<<: [{input_per_1k: 9}, *a]}
                  d: *a
                """)
        let costs = configuration.costs
        #expect(costs["b"] == ModelCosts(input: 1, output: 3))
        #expect(costs["c"] == ModelCosts(input: 9, output: 2))
        #expect(costs["d"] == costs["a"])
    }

    // MARK: Merging

    @Test func eachPlaceStandsAboveThoseBefore() throws {
        let scratch = try Scratch()
        let named = scratch.root + "/named.yaml"
        try scratch.write("defaults: {timeout: 1, retries: 1, outdir: a}\nbatch: {grace: 1}".utf8, to: scratch.user)
        try scratch.write("defaults: {timeout: 2, retries: 2}\nbatch: {raw: true}".utf8, to: scratch.project)
        try scratch.write("defaults:\n  timeout: 3\n".utf8, to: named)
        var configuration = try scratch.load(explicit: named)
        #expect(configuration.files == [scratch.user, scratch.project, named])
        #expect(configuration.timeout == 3)
        #expect(configuration.source(of: .timeout).description == "\(named):2")
        #expect(configuration.retries == 2)
        #expect(configuration.source(of: .retries).description == "\(scratch.project):1")
        #expect(configuration.outdir == "a")
        #expect(configuration.source(of: .outdir).description == "\(scratch.user):1")
        #expect(configuration.grace == 1)
        #expect(configuration.raw)
        configuration.set(.timeout, to: .integer(4), from: .commandLine("--timeout"))
        #expect(configuration.timeout == 4)
        #expect(configuration.source(of: .timeout).description == "--timeout")
    }

    @Test func listsReplaceAndCostsMergeByField() throws {
        let scratch = try Scratch()
        try scratch.write(
            "models: [a, b]\ncosts: {m: {input_per_1k: 1, output_per_1k: 2}, n: {input_per_1k: 5}}".utf8,
            to: scratch.user)
        let configuration = try scratch.load(
            project: "models: [c]\ncosts: {m: {output_per_1k: 3, cached_input_per_1k: 0.5, cache_write_per_1k: .25}}")
        #expect(configuration.models?.map(\.name) == ["c"])
        #expect(
            configuration.costs == [
                "m": ModelCosts(input: 1, output: 3, cachedInput: 0.5, cacheWrite: 0.25), "n": ModelCosts(input: 5),
            ])
        #expect(try scratch.load(project: "models:").models?.map(\.name) == ["a", "b"])
        #expect(try scratch.load(project: "models: []").models == nil)
    }

    @Test(arguments: [
        ("defaults: {parallel: 9}", "", 9), ("", "defaults: {parallel: 9}", 9),
        ("batch: {concurrency: 2}", "defaults: {parallel: 9}", 2),
        ("defaults: {parallel: 9}", "batch: {concurrency: 2}", 2),
    ])
    func concurrencyStandsAboveItsOlderName(user: String, project: String, expected: Int) throws {
        let scratch = try Scratch()
        try scratch.write(user.utf8, to: scratch.user)
        let configuration = try scratch.load(project: project)
        #expect(configuration.concurrency == expected)
        #expect(configuration.source(of: .concurrency) != .builtIn)
        #expect(configuration.source(of: .parallel) == .builtIn)
    }

    @Test func aFileThatIsNamedOnceMoreIsReadOnceWhereItIsStrongest() throws {
        let scratch = try Scratch()
        try scratch.write("defaults: {retries: 1}".utf8, to: scratch.user)
        try scratch.write("defaults: {retries: 2}".utf8, to: scratch.project)
        let configuration = try scratch.load(explicit: "../home/.nllm/config.yaml")
        #expect(configuration.files == [scratch.project, scratch.user])
        #expect(configuration.retries == 1)
    }

    // MARK: Limits

    @Test func limitsAreOfModelsOfGroupsAndOfAllTogether() throws {
        let configuration = try Scratch().load(
            project: """
                batch:
                  rpm: 2000
                  tpm: 90000
                  limits:
                    openai: {models: [gpt-4o, 4.10, o3*], rpm: 1000}
                    gpt-4o: {tpm: 30000, rpm: 500, concurrency: 8}
                    only-a-group: {models: [a]}
                """)
        let group = ["gpt-4o", "4.10", "o3*"]
        #expect(
            configuration.limits == [
                Limit(name: "*", kind: .requests, amount: 2000), Limit(name: "*", kind: .tokens, amount: 90000),
                Limit(name: "gpt-4o", kind: .concurrency, amount: 8, models: ["gpt-4o"]),
                Limit(name: "gpt-4o", kind: .requests, amount: 500, models: ["gpt-4o"]),
                Limit(name: "gpt-4o", kind: .tokens, amount: 30000, models: ["gpt-4o"]),
                Limit(name: "openai", kind: .requests, amount: 1000, models: group),
            ])
        #expect(configuration.models(ofLimit: "openai") == group)
        #expect(configuration.models(ofLimit: "only-a-group") == ["a"])
        #expect(configuration.models(ofLimit: "gpt-4o") == ["gpt-4o"])
        #expect(configuration.models(ofLimit: "unknown") == ["unknown"])
        #expect(configuration.models(ofLimit: Limit.ofAllModels) == nil)
    }

    @Test func limitsMergeByFieldAndGivenOnesReplaceTheirLike() throws {
        let scratch = try Scratch()
        try scratch.write("batch: {rpm: 9, limits: {g: {models: [a], rpm: 1, tpm: 2}}}".utf8, to: scratch.user)
        let configuration = try scratch.load(project: "batch: {limits: {g: {models: [b, c], rpm: 3}}}")
        let all = Limit(name: "*", kind: .requests, amount: 9)
        let requests = Limit(name: "g", kind: .requests, amount: 3, models: ["b", "c"])
        let tokens = Limit(name: "g", kind: .tokens, amount: 2, models: ["b", "c"])
        #expect(configuration.limits == [all, requests, tokens])
        let given = [5, 6].map { Limit(name: "g", kind: .requests, amount: $0, models: ["b", "c"]) }
        let other = Limit(name: "h", kind: .tokens, amount: 1, models: ["h"])
        #expect(configuration.limits(given: given + [other]) == [all, given[1], tokens, other])
        #expect(configuration.limits(given: []) == configuration.limits)
    }

    // MARK: Problems

    static let problems: [(text: String, problems: [String])] = [
        // Unknown keys.
        ("defaults:\n\n  retires: 1", ["3: unknown key `retires` in `defaults`; did you mean `retries`?"]),
        ("default:\n  retries: 1", ["1: unknown key `default`; did you mean `defaults`?"]),
        ("retries: 1", ["1: unknown key `retries`; did you mean `defaults.retries`?"]),
        ("concurency: 1", ["1: unknown key `concurency`; did you mean `batch.concurrency`?"]),
        ("batch.raw: yes", ["1: unknown key `batch.raw`; write `raw` indented below `batch:`"]),
        ("batch: {timeout: 1}", ["1: unknown key `timeout` in `batch`; did you mean `defaults.timeout`?"]),
        ("batch: {tiemout: 1}", ["1: unknown key `tiemout` in `batch`; did you mean `defaults.timeout`?"]),
        ("defaults: {models: []}", ["1: unknown key `models` in `defaults`; write `models:` without indentation"]),
        ("zzzzz: 1", ["1: unknown key `zzzzz`; known are `models`, `costs`, `defaults`, `batch`"]),
        (
            "defaults: {zzzzz: 1}",
            [
                "1: unknown key `zzzzz` in `defaults`; known are `timeout`, `retries`, `stream`, `outdir`, `parallel`"
            ]
        ),
        (
            "costs: {gpt-4: {input_per_k: 1}}",
            ["1: unknown key `input_per_k` in `costs.gpt-4`; did you mean `input_per_1k`?"]
        ),
        ("models: [{name: a, optons: []}]", ["1: unknown key `optons` in a model; did you mean `options`?"]),
        ("? [a]\n: 1", ["1: a key that is no text; write a name before the colon"]),
        // Wrong types.
        ("defaults:\n  timeout: soon", ["2: `timeout` is a string, not a number of seconds; write `timeout: 120`"]),
        ("defaults: {timeout: '90'}", ["1: `timeout` is a string, not a number of seconds; write `timeout: 90`"]),
        ("defaults: {timeout: [1]}", ["1: `timeout` is a list, not a number of seconds; write `timeout: 120`"]),
        ("defaults: {retries: yes}", ["1: `retries` is a boolean, not a whole number; write `retries: 5`"]),
        ("defaults: {retries: 1.5}", ["1: `retries` is 1.5 but must be a whole number from 0 to 1000"]),
        ("defaults: {stream: 'no'}", ["1: `stream` is a string, not true or false; write `stream: no`"]),
        ("defaults: {stream: {a: b}}", ["1: `stream` is a mapping, not true or false; write `stream: true`"]),
        ("batch: {system: 42}", ["1: `system` is a number, not a text; write `system: \"42\"`"]),
        ("batch: {db: off}", ["1: `db` is a boolean, not a path; write `db: \"off\"`"]),
        ("batch: {executor: [auto]}", ["1: `executor` is a list, not a text; write `executor: process`"]),
        (
            "costs: {a: {input_per_1k: x}}",
            [
                "1: `input_per_1k` is a string, not a number of US dollars; write `input_per_1k: 0.03`"
            ]
        ),
        ("defaults: 5", ["1: `defaults` is a number, not a mapping; write its keys indented below it"]),
        ("costs: [a]", ["1: `costs` is a list, not a mapping; write its keys indented below it"]),
        ("costs: {a: 1}", ["1: `costs.a` is a number, not a mapping; write its keys indented below it"]),
        ("costs: {a: {<<: 1}}", ["1: `<<` is a number, not a mapping; write its keys indented below it"]),
        ("- a", ["1: a list, not a mapping of keys; start with a key such as `defaults:`"]),
        ("\njust text", ["2: a string, not a mapping of keys; start with a key such as `defaults:`"]),
        // Values that are not allowed.
        ("defaults: {timeout: -1}", ["1: `timeout` is -1 but must be 0 to 1,000,000,000"]),
        ("defaults: {retries: 1001}", ["1: `retries` is 1001 but must be 0 to 1000"]),
        ("batch: {concurrency: 0}", ["1: `concurrency` is 0 but must be 1 to 1024"]),
        ("batch: {samples: 10001}", ["1: `samples` is 10001 but must be 1 to 10,000"]),
        ("batch: {max_memory: 15}", ["1: `max_memory` is 15 but must be 16 to 1,000,000"]),
        ("batch: {max_answer: 257}", ["1: `max_answer` is 257 but must be 1 to 256"]),
        (
            "batch: {executor: proces}",
            [
                "1: `executor` is `proces` but must be one of `auto`, `process`, `fork`, `shared`; did you mean `process`?"
            ]
        ),
        ("batch: {db: ''}", ["1: `db` is empty; name a path, or leave it out"]),
        ("batch: {system: \"a\\0b\"}", ["1: `system` holds a NUL character"]),
        ("costs: {a: {input_per_1k: -0.1}}", ["1: `input_per_1k` is -0.1 but must be 0 to 1,000,000"]),
        // Durations and kinds of answers.
        (
            "batch: {max_wait: soon}",
            [
                "1: `max_wait` is a string, not a duration such as 90, 15m, 24h or 7d; write `max_wait: 15m`"
            ]
        ),
        (
            "batch: {budget_window: [1]}",
            [
                "1: `budget_window` is a list, not a duration such as 90, 15m, 24h or 7d; write `budget_window: 24h`"
            ]
        ),
        (
            "batch: {max_wait: any}",
            [
                "1: `max_wait` is a string, not a duration such as 90, 15m, 24h or 7d; write `max_wait: 15m`"
            ]
        ),
        ("batch: {max_wait: 31d}", ["1: `max_wait` is 31d but must be 0 to 30d"]),
        ("batch: {cache: -1}", ["1: `cache` is -1 but must be 0 to 36525d"]),
        ("batch: {budget_window: 59.5}", ["1: `budget_window` is 59.5 but must be 1m to 365d"]),
        ("batch: {priority: 1001}", ["1: `priority` is 1001 but must be -1000 to 1000"]),
        ("batch: {max_cost: -1}", ["1: `max_cost` is -1 but must be 0 to 1,000,000,000"]),
        (
            "batch: {fail_on: 'empty,auth'}",
            [
                "1: `fail_on` holds `auth` but may hold `truncated`, `filtered`, `empty`, separated by commas"
            ]
        ),
        (
            "batch: {fail_on: \"truncated , empty filtered \"}",
            [
                "1: `fail_on` holds `empty filtered` but may hold `truncated`, `filtered`, `empty`, separated by commas"
            ]
        ),
        ("batch: {fail_on: [empty]}", ["1: `fail_on` is a list, not a text; write `fail_on: \"truncated,empty\"`"]),
        // Limits.
        ("batch: {rpm: 0}", ["1: `rpm` is 0 but must be 1 to 1,000,000"]),
        ("limits: {a: {rpm: 1}}", ["1: unknown key `limits`; did you mean `batch.limits`?"]),
        ("batch.limits: 1", ["1: unknown key `batch.limits`; write `limits` indented below `batch:`"]),
        ("batch:\n  limts: {}", ["2: unknown key `limts` in `batch`; did you mean `limits`?"]),
        ("batch: {limits: [a]}", ["1: `limits` is a list, not a mapping; write its keys indented below it"]),
        (
            "batch:\n  limits:\n    a: 5",
            [
                "3: `limits.a` is a number, not a mapping; write its keys indented below it"
            ]
        ),
        (
            "batch:\n  limits:\n    a:\n      rmp: 1",
            [
                "4: unknown key `rmp` in `limits.a`; did you mean `rpm`?"
            ]
        ),
        (
            "batch: {limits: {a: {zzzzz: 1}}}",
            ["1: unknown key `zzzzz` in `limits.a`; known are `models`, `concurrency`, `rpm`, `tpm`"]
        ),
        (
            "batch:\n  limits:\n    a:\n      rpm: x\n      concurrency: 1025",
            [
                "4: `rpm` is a string, not a whole number; write `rpm: 500`",
                "5: `concurrency` is 1025 but must be 1 to 1024",
            ]
        ),
        (
            "batch:\n  limits: {'*': {rpm: 1}}",
            [
                "2: `*` names no limit in `limits`; name a model or a group, and write what holds for all models "
                    + "together as `rpm` and `tpm` below `batch:`"
            ]
        ),
        (
            "batch: {limits: {a: {models: b*}}}",
            ["1: `models` is a string, not a list; write `models: [\"b*\"]`"]
        ),
        (
            "batch: {limits: {a: {models: []}}}",
            ["1: `models` is empty; name a model, or leave it out for the model of that name"]
        ),
        (
            "batch:\n  limits:\n    a:\n      models:\n      - b\n      - [c]\n      rpm: 1",
            ["6: `models` holds a list, not only names; write `models: [\"gpt-4o\"]`"]
        ),
        (
            "batch: {limits: {a: {models: ['b*c']}}}",
            ["1: `models` holds `b*c`, but `*` stands for any text at the end only"]
        ),
        // Models.
        ("models: gpt-4", ["1: `models` is a string, not a list; write `models: [\"gpt-4\"]`"]),
        ("models: {a: b}", ["1: `models` is a mapping, not a list; write `models: [gpt-4]`"]),
        ("models:\n  -\n  - a", ["2: a model is null, not a name; write `- gpt-4`, or `- name: gpt-4`"]),
        ("models: [[a]]", ["1: a model is a list, not a name; write `- gpt-4`, or `- name: gpt-4`"]),
        ("models: ['']", ["1: an empty model name; name one that `llm models` lists"]),
        ("models: ['a[b]']", ["1: model `a[b]`: `b` is not key=value; write 'NAME[key=value,key=value]'"]),
        ("models:\n- options: []", ["2: a model without `name`; write `- name: gpt-4`"]),
        ("models:\n- options: []\n  name: [a]", ["3: a model's `name` is a list, not a text; write `name: gpt-4`"]),
        (
            "models:\n- name: a\n  options: -o t 1",
            [
                "3: a model's `options` is a string, not a list of arguments; "
                    + "write `options: [\"-o\", \"temperature\", \"0.2\"]`"
            ]
        ),
        (
            "models:\n- name: a\n  options:\n  - -o\n  - {t: 1}",
            [
                "5: a model's `options` holds a mapping, not only texts; "
                    + "write `options: [\"-o\", \"temperature\", \"0.2\"]`"
            ]
        ),
        // Broken YAML.
        ("defaults:\n  retries: 1\n  retries: 2", ["2: duplicate key `retries`; keep one of them"]),
        ("costs: {1: {}, '1': {}}", ["1: duplicate key `1`; keep one of them"]),
        (
            "a: \"open\n\n",
            ["1: broken YAML: found unexpected end of stream; check quotes, indentation and brackets"]
        ),
        (
            "defaults:\n\tretries: 1",
            ["2: broken YAML: found character that cannot start any token; indent with spaces, not with tabs"]
        ),
        (
            "models: [a\nbatch:\n  raw: yes",
            ["2: broken YAML: did not find expected ',' or ']'; check quotes, indentation and brackets"]
        ),
        ("a: *b", ["1: broken YAML: found undefined alias; check quotes, indentation and brackets"]),
        (
            "defaults:\n---\nbatch:",
            ["2: broken YAML: but found another document; a file holds one document, end it here"]
        ),
        ("\nbatch: \u{7}", ["2: a character that may not stand in YAML, U+0007; take it out"]),
        // Everything that is wrong is told.
        (
            "retries: 1\nbatch:\n  raw: 1\n  zzzzzzzzz: 1\n  db: a\ndefaults: []",
            [
                "1: unknown key `retries`; did you mean `defaults.retries`?",
                "3: `raw` is a number, not true or false; write `raw: true`",
                "4: unknown key `zzzzzzzzz` in `batch`; known are `concurrency`, `executor`, `grace`, `max_memory`, "
                    + "`max_answer`, `samples`, `system`, `raw`, `db`, `prices`, `check`, `rpm`, `tpm`, `max_wait`, `max_cost`, "
                    + "`max_tokens_total`, `budget_window`, `fail_on`, `cache`, `priority`, `private`, `trusted_folders`, `limits`",
                "6: `defaults` is a list, not a mapping; write its keys indented below it",
            ]
        ),
    ]

    @Test(arguments: problems.indices)
    func aMistakeIsToldWithItsPlace(index: Int) throws {
        let (text, problems) = Self.problems[index]
        let scratch = try Scratch()
        try scratch.write(text.utf8, to: scratch.project)
        #expect(try scratch.problems() == problems.map { ".nllm-config.yaml:" + $0 })
    }

    @Test func theMistakesOfAllFilesAreToldTogether() throws {
        let scratch = try Scratch()
        let named = scratch.root + "/named.yaml"
        try scratch.write("a: [".utf8, to: scratch.user)
        try scratch.write("defaults: {retries: x}".utf8, to: scratch.project)
        try scratch.write((0..<30).map { "zzzzz\($0): 1\n" }.joined().utf8, to: named)
        let problems = try scratch.problems(explicit: named)
        #expect(problems.count == 21)
        #expect(problems.first?.hasPrefix("\(scratch.user):1: broken YAML: ") == true)
        #expect(problems[1].hasPrefix(".nllm-config.yaml:1: `retries` is a string"))
        #expect(problems[19].hasPrefix("\(named):18: unknown key `zzzzz17`"))
        #expect(problems.last == "and 12 more")
    }

    @Test func aFileThatCannotBeReadIsAMistake() throws {
        let scratch = try Scratch()
        #expect(
            try scratch.problems(explicit: "no.yaml") == [
                "no.yaml: no such file or directory; name a file that is there; `nllm-batch config init` writes one"
            ])
        #expect(
            try scratch.problems(explicit: "../home") == [
                "../home: is a directory; name or make a file that can be read"
            ])
        try scratch.write([0x61, 0x0A, 0x62, 0xFF, 0x0A], to: scratch.project)
        #expect(try scratch.problems() == [".nllm-config.yaml:2: not valid UTF-8; save the file as UTF-8"])
        try scratch.write(Array(repeating: 0x20, count: ConfigurationFile.sizeLimit + 1), to: scratch.project)
        #expect(
            try scratch.problems() == [
                ".nllm-config.yaml: over 1 MB; a configuration is shorter, name another file"
            ])
    }

    // MARK: Showing

    @Test func whatIsShownIsAFileThatSaysTheSame() throws {
        let scratch = try Scratch()
        let shown = try scratch.load(
            project: """
                models: [a, {name: b, options: [-o, t, 1]}]
                defaults: {timeout: null, stream: yes, outdir: 'a # b'}
                batch: {system: "two\\nlines \\L\\x85: \\"x\\"", db: "~/x.db", max_memory: 0x400,
                  cache: 7d, max_wait: 90, fail_on: empty, limits: {"m: 1": {rpm: 5}, g: {models: [yes, "a: *"], tpm: 7}}}
                costs: {"m: 1": {input_per_1k: .00001, cache_write_per_1k: 1_0}}
                """)
        let again = try scratch.load(project: shown.yaml)
        for key in ConfigurationKey.allCases { #expect(again.value(of: key) == shown.value(of: key), "\(key)") }
        #expect(again.models?.map(\.name) == shown.models?.map(\.name))
        #expect(again.models?.map(\.options) == shown.models?.map(\.options))
        #expect(again.costs == shown.costs)
        #expect(again.limits == shown.limits)
        #expect(again.limits.count == 2)
        #expect(try scratch.load(project: Configuration().yaml).costs == [:])
    }

    @Test func secretsAreNotShown() throws {
        let configuration = try Scratch().load(
            project: """
                models: [{name: m, options: [-o, password, abc, -o, api_key, def]}]
                batch: {system: "token=ghi"}
                """)
        for text in [configuration.yaml, configuration.json.description] {
            for secret in ["abc", "def", "ghi"] {
                #expect(!text.contains("\"\(secret)\"") && !text.contains("=\(secret)"))
            }
            #expect(text.contains(Redaction.mark))
        }
        #expect(configuration.system == "token=ghi")
        #expect(configuration.models?.first?.options == ["-o", "password", "abc", "-o", "api_key", "def"])
    }
}
