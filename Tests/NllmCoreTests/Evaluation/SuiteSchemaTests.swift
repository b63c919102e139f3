import FoundationEssentials
import Testing

@testable import NllmCore

/// docs/schema/suite.schema.json knows the same keys as the reader of suites.
@Suite struct SuiteSchemaTests {
    private static func schema() throws -> JSONValue {
        let path = SuiteFixture.root + "/docs/schema/suite.schema.json"
        return try JSONParser.parse(try String(contentsOfFile: path, encoding: .utf8))
    }

    private static func names(_ object: JSONValue?) -> Set<String> {
        guard case .object(let members)? = object?["properties"] else { return [] }
        return Set(members.map(\.name))
    }

    @Test func theKeysAgree() throws {
        let schema = try Self.schema()
        let places: [(String, SuiteKeys)] = [
            ("", .suite), ("properties.evaluateOptions", .evaluateOptions), ("properties.budget", .budget),
            ("properties.derivedMetrics.items", .derivedMetric), ("$defs.test", .test), ("$defs.options", .options),
            ("$defs.prompt.then", .prompt), ("$defs.provider.then", .provider), ("$defs.scenario.then", .scenario),
            ("$defs.limits", .limit),
        ]
        for (path, keys) in places {
            let object = path.isEmpty ? schema : schema.member(at: path[...])
            #expect(Self.names(object) == Set(keys.known), "\(path)")
        }
    }

    @Test func theAssertionsAgree() throws {
        let plain = try #require(try Self.schema().member(at: "$defs.plainAssertion"))
        let types = plain.member(at: "properties.type.enum")?.stringValues ?? []
        let known = AssertionType.allCases.filter { $0 != .set }.map(\.rawValue)
        #expect(Set(types) == Set(known + known.map { "not-" + $0 }))
        let properties = AssertionType.allCases.flatMap { $0.form.properties.map(\.key) }
        #expect(Self.names(plain) == Set(properties + ["type", "value", "threshold", "weight", "metric"]))
    }

    @Test(arguments: [
        "no_regression", " no_broken_prompts ", "pass_rate >= 0.9", "pass_rate(\"a b\") >= 90%", "score('x')>=.5",
        "errors <= 1%", "errors <= 3", "no_verdicts <= 2%", "latency_p95 <= 8s", "latency_p95 <= 8", "cost <= 2.50",
        "metric(\"tone\") >= 0.7", "metric >= 0.7", "metric('tone') <= 1", "pass_rate <= 0.9", "pass_rate > 0.9",
        "cost >= 1", "pas_rate >= 0.5", "no_regression >= 1", "latency_p50 <= 8s", "pass_rate", "",
    ])
    func theGatesAgree(text: String) throws {
        let pattern = try #require(try Self.schema().member(at: "$defs.gate.pattern")?.stringValue)
        #expect(try Pattern(pattern).matches(text) == ((try? GateExpression(text)) != nil))
    }

    @Test func noKeyIsBothKnownAndUnsupported() {
        for keys in [SuiteKeys.suite, .test, .options, .prompt, .provider, .scenario, .evaluateOptions] {
            #expect(keys.known.filter { keys.unsupported[$0] != nil }.isEmpty)
        }
    }
}
