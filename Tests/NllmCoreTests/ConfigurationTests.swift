import Foundation
import Testing

@testable import NllmCore

/// What configuration files say, and how it is shown.
@Suite struct ConfigurationTests {
    // MARK: Values

    @Test func withoutFilesTheBuiltInValuesHold() throws {
        let configuration = try ConfigurationScratch().load()
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
        #expect(Setting.all.allSatisfy { configuration.source(of: $0) == .builtIn })
    }

    private static let allKeys = """
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
        """

    @Test func everyKeyIsReadWithItsLine() throws {
        let scratch = try ConfigurationScratch()
        let configuration = try scratch.load(project: Self.allKeys)
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
        let configuration = try ConfigurationScratch().load(project: text)
        #expect(configuration.json == Configuration().json)
    }

    @Test(arguments: ["timeout: null", "timeout:", "timeout: ~", "timeout: 0", "timeout: 0.0"])
    func noTimeoutIsSaidByNullOrZero(line: String) throws {
        let scratch = try ConfigurationScratch()
        try scratch.write("defaults: {timeout: 5}".utf8, to: scratch.user)
        let configuration = try scratch.load(project: "defaults:\n  \(line)\n")
        #expect(configuration.timeout == 0)
        #expect(configuration.source(of: .timeout) == .file(path: scratch.project, line: 2))
    }

    @Test func modelsAreTextsAsWrittenOrMappings() throws {
        let scratch = try ConfigurationScratch()
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
        let configuration = try ConfigurationScratch().load(
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

    // MARK: Showing

    @Test func whatIsShownIsAFileThatSaysTheSame() throws {
        let scratch = try ConfigurationScratch()
        let shown = try scratch.load(
            project: """
                models: [a, {name: b, options: [-o, t, 1]}]
                defaults: {timeout: null, stream: yes, outdir: 'a # b'}
                batch: {system: "two\\nlines \\L\\x85: \\"x\\"", db: "~/x.db", max_memory: 0x400,
                  cache: 7d, max_wait: 90, fail_on: empty, limits: {"m: 1": {rpm: 5}, g: {models: [yes, "a: *"], tpm: 7}}}
                costs: {"m: 1": {input_per_1k: .00001, cache_write_per_1k: 1_0}}
                """)
        let again = try scratch.load(project: shown.yaml)
        for setting in Setting.all {
            #expect(again.value(of: setting) == shown.value(of: setting), "\(setting.place)")
        }
        #expect(again.models?.map(\.name) == shown.models?.map(\.name))
        #expect(again.models?.map(\.options) == shown.models?.map(\.options))
        #expect(again.costs == shown.costs)
        #expect(again.limits == shown.limits)
        #expect(again.limits.count == 2)
        #expect(try scratch.load(project: Configuration().yaml).costs == [:])
    }

    @Test func secretsAreNotShown() throws {
        let configuration = try ConfigurationScratch().load(
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
