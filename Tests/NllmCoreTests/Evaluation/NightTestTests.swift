import Testing

@testable import NllmCore

/// The night test against other ways to its p-value.
@Suite struct NightTestTests {
    private static func prompts(of reference: JSONValue) throws -> [NightlyValues] {
        try reference.elements("prompts").flatMap { prompt in
            let tonight = try #require(prompt.double("tonight"))
            let values = NightlyValues(earlier: prompt.doubles("earlier"), tonight: tonight)
            return [NightlyValues](repeating: values, count: prompt.int("count"))
        }
    }

    @Test func pValuesAreThoseOfOtherMethods() throws {
        for reference in try StatisticsFixture("nights").cases {
            let p = NightTest.pValue(try Self.prompts(of: reference), areScores: reference["scores"] == .bool(true))
            #expect(areEqual(p, reference.double("p")), "\(reference["name"]?.stringValue ?? ""): \(p)")
        }
    }

    @Test func theOrderOfPromptsAndOfEarlierNightsDoesNotMatter() throws {
        for reference in try StatisticsFixture("nights").cases where reference.elements("prompts").count < 100 {
            let prompts = try Self.prompts(of: reference)
            let turned = prompts.reversed().map {
                NightlyValues(earlier: $0.earlier.reversed(), tonight: $0.tonight)
            }
            let areScores = reference["scores"] == .bool(true)
            #expect(
                areEqual(
                    NightTest.pValue(turned, areScores: areScores), NightTest.pValue(prompts, areScores: areScores)))
        }
    }

    @Test func aHalfStandsForNoEvidence() {
        #expect(NightTest.pValue([]) == 0.5)
        let same = NightlyValues(earlier: [1, 1, 1], tonight: 1)
        #expect(NightTest.pValue([same, same]) == 0.5)
        // Values that round to the same 1/120 do not vary.
        #expect(NightTest.pValue([NightlyValues(earlier: [0.5001], tonight: 0.4999)], areScores: true) == 0.5)
    }

    @Test func oddValuesCountAsTheNearestAllowedOne() {
        let odd = [NightlyValues(earlier: [.infinity, 1e300], tonight: -.infinity)]
        #expect(NightTest.pValue(odd) == NightTest.pValue([NightlyValues(earlier: [1, 1], tonight: 0)]))
        let p = NightTest.pValue([NightlyValues(earlier: [.nan, 1], tonight: 0.5)])
        #expect((0...1).contains(p))
    }

    @Test func manyPromptsTakeLittleTime() {
        var generator = AnswerGenerator(seed: 1)
        let prompts = (0..<5000).map { _ in
            let values = (0..<8).map { _ in Double(Int.random(in: 0...3, using: &generator)) / 3 }
            return NightlyValues(earlier: Array(values.dropLast()), tonight: values[7])
        }
        let scored = (0..<500).map { _ in
            let values = (0..<8).map { _ in Double.random(in: 0...1, using: &generator) }
            return NightlyValues(earlier: Array(values.dropLast()), tonight: values[7])
        }
        let clock = ContinuousClock()
        // Less than half a second each on an idle machine, without optimization.
        #expect(clock.measure { _ = NightTest.pValue(prompts) } < .seconds(5))
        #expect(clock.measure { _ = NightTest.pValue(scored, areScores: true) } < .seconds(5))
    }
}
