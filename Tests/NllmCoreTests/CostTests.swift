import Testing

@testable import NllmCore

@Suite struct CostTests {
    private static let price = Price(
        base: .init(input: 2, output: 8, cachedInput: 0.5, cacheWrite: 2.5, audioInput: 4),
        tiers: [.init(above: 200_000, rates: .init(input: 4, output: 12, cachedInput: 1))])
    private static let plain = Price(inputPer1k: 0.003, outputPer1k: 0.015)
    private static let free = Price(inputPer1k: 0, outputPer1k: 0)
    private static let embedding = Price(inputPer1k: 0.001, outputPer1k: 0)

    struct Case: CustomTestStringConvertible {
        var report: String
        var price = CostTests.price
        var cost: Double?
        var testDescription: String { report }
    }

    @Test(arguments: [
        // 1,000 × 2 + 500 × 8 = 6,000 millionths of a dollar.
        Case(report: "1,000 input, 500 output", cost: 0.006),
        // 1,000 × 3 + 500 × 15 = 10,500.
        Case(report: "1,000 input, 500 output", price: plain, cost: 0.0105),
        Case(report: "0 input, 0 output", cost: 0),
        Case(report: "1,000 input, 500 output", price: free, cost: 0),
        // OpenAI, chat: 600 × 2 + 400 × 0.5 + 500 × 8 = 5,400; reasoning is in the output.
        Case(
            report: #"1,000 input, 500 output, {"prompt_tokens_details": {"cached_tokens": 400}, "#
                + #""completion_tokens_details": {"reasoning_tokens": 300}}"#,
            cost: 0.0054),
        // OpenAI, responses: 500 × 2 + 400 × 0.5 + 100 × 2.5 + 500 × 8 = 5,450.
        Case(
            report: #"1,000 input, 500 output, {"input_tokens_details": {"cached_tokens": 400, "#
                + #""cache_write_tokens": 100}, "output_tokens_details": {"reasoning_tokens": 300}}"#,
            cost: 0.00545),
        // Anthropic: 1,000 × 2 + 400 × 0.5 + 100 × 2.5 + 500 × 8 = 6,450; the cached tokens are not in the 1,000.
        Case(
            report: #"1,000 input, 500 output, {"cache_creation_input_tokens": 100, "cache_read_input_tokens": 400}"#,
            cost: 0.00645),
        // A proxy that gives Anthropic's fields beside OpenAI's counts once: 600 × 2 + 400 × 0.5 + 500 × 8 = 5,400.
        Case(
            report: #"1,000 input, 500 output, {"prompt_tokens_details": {"cached_tokens": 400}, "#
                + #""cache_read_input_tokens": 400}"#,
            cost: 0.0054),
        // Gemini: 500 × 2 + 400 × 0.5 + 100 × 4 + 500 × 8 = 5,600; thoughts are in the output.
        Case(
            report: #"1,000 input, 500 output, {"candidatesTokenCount": 200, "cachedContentTokenCount": 400, "#
                + #""thoughtsTokenCount": 300, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 900}, "#
                + #"{"modality": "AUDIO", "tokenCount": 100}]}"#,
            cost: 0.0056),
        // Sound, OpenAI: 900 × 2 + 100 × 4 + 500 × 8 = 6,200.
        Case(
            report: #"1,000 input, 500 output, {"prompt_tokens_details": {"audio_tokens": 100}}"#, cost: 0.0062),
        // Without a price of their own, cached tokens cost what others do: (1,000 + 400 + 100) × 3 + 500 × 15 = 12,000.
        Case(
            report: #"1,000 input, 500 output, {"cache_creation_input_tokens": 100, "cache_read_input_tokens": 400}"#,
            price: plain, cost: 0.012),
        // More cached tokens than there are: 1,000 × 0.5 + 500 × 8 = 4,500.
        Case(report: #"1,000 input, 500 output, {"cachedContentTokenCount": 4000}"#, cost: 0.0045),
        Case(report: #"1,000 input, 500 output, {"cachedContentTokenCount": -5, "x": null}"#, cost: 0.006),
        Case(report: "200,000 input, 1 output", cost: 0.400008),
        // Over the limit every token costs the tier's rate: 200,001 × 4 + 1 × 12 = 800,016.
        Case(report: "200,001 input, 1 output", cost: 0.800016),
        // Tokens from the cache count for the limit: 100 × 4 + 199,901 × 1 + 1 × 12 = 200,313.
        Case(report: #"100 input, 1 output, {"cache_read_input_tokens": 199901}"#, cost: 0.200313),
        Case(report: "1,000 input", cost: nil),
        Case(report: "500 output", cost: nil),
        Case(report: "500 output", price: embedding, cost: nil),
        Case(report: "500 output", price: free, cost: 0),
        Case(report: "1,000 input", price: embedding, cost: 0.001),
    ])
    func anEstimateCountsEveryTokenOnce(_ test: Case) throws {
        let usage = try #require(UsageReport(stderr: Array("Token usage: \(test.report)\n".utf8)).usage)
        #expect(test.price.cost(of: usage) == test.cost)
    }

    @Test func aUsageWithoutCountsHasNoCost() throws {
        var usage = try #require(UsageReport(stderr: Array("Token usage: 1 input\n".utf8)).usage)
        usage.input = nil
        #expect(Self.free.cost(of: usage) == nil)
    }

    /// Of 2,000 input tokens 800 are cached: 1,200 × 2 + 800 × 0.5 + 10 × 8 = 2,880.
    @Test func theStepsOfAChainAreCountedWithTheirDetails() throws {
        let line = #"Token usage: 1,000 input, 5 output, {"prompt_tokens_details": {"cached_tokens": 400}}"# + "\n"
        let usage = try #require(UsageReport(stderr: Array((line + line).utf8)).usage)
        #expect(Self.price.cost(of: usage) == 0.00288)
    }

    @Test(arguments: [
        price, plain, free,
        Price(base: .init(input: 0.1 + 0.2, output: 1e-300, cacheWrite: 1.0 / 3)),
        Price(
            base: .init(input: 1, output: 2),
            tiers: [
                .init(above: 32_000, rates: .init(input: 3, output: 4, audioInput: 5)),
                .init(above: 128_000, rates: .init(input: 6, output: 7)),
            ]),
    ])
    func aStoredPriceReadsBackTheSame(price: Price) throws {
        #expect(Price(json: try JSONParser.parse(JSONWriter.text(price.json))) == price)
    }

    @Test(arguments: [
        "null", "{}", #"{"input":1}"#, #"{"input":1,"output":"2"}"#, #"{"input":-1,"output":2}"#,
        #"{"input":1e999,"output":2}"#, #"{"input":1,"output":2,"tiers":3}"#,
        #"{"input":1,"output":2,"tiers":[{"input":1,"output":2}]}"#,
    ])
    func whatIsNoPriceIsNotReadAsOne(text: String) throws {
        #expect(Price(json: try JSONParser.parse(text)) == nil)
    }

    @Test func pricesPerThousandTokensKeepTheirDecimals() {
        let price = Price(inputPer1k: 0.0011, outputPer1k: 0.0044, cachedInputPer1k: 0.00055, cacheWritePer1k: 0.00007)
        #expect(price.base == .init(input: 1.1, output: 4.4, cachedInput: 0.55, cacheWrite: 0.07))
    }
}
