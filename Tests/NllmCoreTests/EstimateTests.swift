import Testing

@testable import NllmCore

/// What cells are expected to take; the numbers are computed by hand.
@Suite struct EstimateTests {
    /// 1 dollar for a million tokens in, 10 for a million out; twice as much for more than 1,000 tokens in.
    private static let price = Price(
        base: .init(input: 1, output: 10), tiers: [.init(above: 1000, rates: .init(input: 2, output: 20))])

    private func sizes(
        bytes: Int, samples: Int = 1, options: [ModelOption] = [], prices: ModelPrices = .init([.none: price])
    ) throws -> RequestSizes {
        let model = PlannedModel(variant: try ModelVariant("m"), prices: prices)
        var sizes = RequestSizes(model, common: CommonRequest(directory: "/"))
        sizes.add(
            Prompt(id: "a", text: String(repeating: "x", count: bytes), options: options), samples: samples)
        return sizes
    }

    private func expect(_ range: ClosedRange<Double>?, _ low: Double, _ high: Double) {
        #expect(abs((range?.lowerBound ?? .nan) - low) <= low * 1e-9)
        #expect(abs((range?.upperBound ?? .nan) - high) <= high * 1e-9)
    }

    @Test func anEstimateWithoutHistoryComesFromBytes() throws {
        let estimate = Estimate(try sizes(bytes: 100), history: nil)
        #expect(estimate.cells == 1 && !estimate.hasHistory)
        expect(estimate.input, 22, 56)
        expect(estimate.output, 20, 800)
        expect(estimate.cost, 222e-6, 8056e-6)
    }

    @Test func turnsCountWithAllTheirTexts() throws {
        var prompt = Prompt(id: "a", text: "")
        prompt.take(turns: [String(repeating: "x", count: 60), String(repeating: "y", count: 40)])
        var sizes = RequestSizes(
            PlannedModel(variant: try ModelVariant("m")), common: CommonRequest(directory: "/"))
        sizes.add(prompt, samples: 1)
        expect(Estimate(sizes, history: nil).input, 22, 56)
    }

    @Test func aLimitOfTheAnswerBoundsItsTokens() throws {
        let capped = try sizes(bytes: 100, options: [ModelOption(name: "max_tokens", value: "50")])
        expect(Estimate(capped, history: nil).output, 20, 50)
    }

    @Test func aLongPromptCostsItsTier() throws {
        // 35,000 bytes are about 10,000 tokens.
        let estimate = Estimate(try sizes(bytes: 35_000), history: nil)
        expect(estimate.input, 7002, 14_016)
        expect(estimate.cost, 7002 * 2e-6 + 20 * 20e-6, 14_016 * 2e-6 + 800 * 20e-6)
    }

    @Test func anEstimateFollowsEarlierAnswers() throws {
        // Each took 42 tokens where 70 / 3.5 + 8 = 28 were expected.
        let answers = [10, 20, 30, 40].map { AnswerHistory.Answer(bytes: 70, input: 42, output: $0) }
        let estimate = Estimate(try sizes(bytes: 140, samples: 9), history: AnswerHistory(answers))
        #expect(estimate.hasHistory)
        // 9 × (40 + 8) × 1.5 = 648.
        expect(estimate.input, 550.8, 745.2)
        // 9 × 25, and two deviations of √(500/3) × √(9 + 81/4).
        let spread = 2 * (500.0 / 3).squareRoot() * 29.25.squareRoot()
        expect(estimate.output, 225 - spread, 225 + spread)
    }

    @Test func tooFewAnswersSayNothing() {
        let answer = AnswerHistory.Answer(bytes: 70, input: 42, output: 10)
        #expect(AnswerHistory([answer, answer]) == nil)
        #expect(AnswerHistory([answer, answer, answer])?.outputDeviation == 0)
    }

    @Test func withoutAPriceThereIsNoCost() throws {
        #expect(Estimate(try sizes(bytes: 100, prices: ModelPrices()), history: nil).cost == nil)
        let flex = try sizes(bytes: 100, options: [ModelOption(name: "service_tier", value: "flex")])
        #expect(Estimate(flex, history: nil).cost == nil)
        expect(Estimate(flex, history: nil).input, 22, 56)
    }
}
