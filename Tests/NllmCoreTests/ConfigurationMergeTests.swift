import Foundation
import Testing

@testable import NllmCore

/// What holds where several files, or a file and the command line, say something.
@Suite struct ConfigurationMergeTests {
    @Test func eachPlaceStandsAboveThoseBefore() throws {
        let scratch = try ConfigurationScratch()
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
        let scratch = try ConfigurationScratch()
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
        let scratch = try ConfigurationScratch()
        try scratch.write(user.utf8, to: scratch.user)
        let configuration = try scratch.load(project: project)
        #expect(configuration.concurrency == expected)
        #expect(configuration.source(of: .concurrency) != .builtIn)
        #expect(configuration.source(of: .parallel) == .builtIn)
    }

    @Test func aFileThatIsNamedOnceMoreIsReadOnceWhereItIsStrongest() throws {
        let scratch = try ConfigurationScratch()
        try scratch.write("defaults: {retries: 1}".utf8, to: scratch.user)
        try scratch.write("defaults: {retries: 2}".utf8, to: scratch.project)
        let configuration = try scratch.load(explicit: "../home/.nllm/config.yaml")
        #expect(configuration.files == [scratch.project, scratch.user])
        #expect(configuration.retries == 1)
    }

    // MARK: Limits

    @Test func limitsAreOfModelsOfGroupsAndOfAllTogether() throws {
        let configuration = try ConfigurationScratch().load(
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
        let scratch = try ConfigurationScratch()
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
}
