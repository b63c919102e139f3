import Testing

@testable import NllmCore

/// Options that change what tokens cost.
@Suite struct ModelPricesTests {
    private static let flex = PricedOptions(text: "service_tier=flex")
    private static let own = Price(inputPer1k: 1, outputPer1k: 2)
    private static let half = Price(inputPer1k: 0.5, outputPer1k: 1)

    @Test(arguments: [
        ([("temperature", "0.5"), ("service_tier", "flex")], "service_tier=flex"),
        ([("service_tier", "flex"), ("service_tier", "default")], ""),
        ([("service_tier", "auto")], ""), ([("speed", "fast"), ("service_tier", "x")], "service_tier=x,speed=fast"),
        ([("speed", "1.5")], ""), ([], ""),
    ])
    func onlyOptionsThatAreChargedOtherwiseCount(given: [(String, String)], text: String) {
        #expect(PricedOptions(given.map { ModelOption(name: $0.0, value: $0.1) }).text == text)
    }

    @Test(arguments: [
        ("gpt-5", "service_tier=flex", Price(base: .init(input: 0.625, output: 5, cachedInput: 0.0625))),
        ("gpt-5", "service_tier=fast", Price(base: .init(input: 2.5, output: 20, cachedInput: 0.25))),
        ("gpt-4o", "service_tier=flex", nil),
        (
            "claude-opus-5.5", "speed=fast",
            Price(base: .init(input: 8, output: 40, cachedInput: 0.4, cacheWrite: 10))
        ),
    ])
    func theSnapshotKnowsPricesWithOptions(model: String, options: String, price: Price?) throws {
        let prices = try #require(PriceSnapshot.prices(of: model))
        #expect(prices[.none] == PriceSnapshot.price(of: model))
        #expect(prices[PricedOptions(text: options)] == price)
    }

    @Test func aPriceOfTheTableLeavesOutThoseOfTheSnapshot() throws {
        let model = try ModelVariant("gpt-5")
        #expect(PriceBook().prices(of: model, id: nil)[Self.flex] != nil)
        #expect(PriceBook(costs: ["gpt-5": Self.own]).prices(of: model, id: nil)[Self.flex] == nil)
        let both = PriceBook(costs: ["gpt-5": Self.own, "gpt-5[service_tier=flex]": Self.half])
        #expect(both.prices(of: model, id: nil)[.none] == Self.own)
        #expect(both.prices(of: model, id: nil)[Self.flex] == Self.half)
        // One price with an option adds to the snapshot's.
        let added = PriceBook(costs: ["gpt-5[service_tier=flex]": Self.half]).prices(of: model, id: nil)
        #expect(added[.none] == PriceSnapshot.price(of: "gpt-5"))
        #expect(added[Self.flex] == Self.half)
        let file = PriceBook(file: ["local": Self.own, "local[service_tier=flex]": Self.half])
        #expect(file.prices(of: try ModelVariant("4"), id: "local")[Self.flex] == Self.half)
    }

    @Test func whatALabelCostsIsWhatItsOptionsCost() throws {
        let label = "m[temperature=0,service_tier=flex]"
        let prices = PriceBook(costs: [label: Self.half]).prices(of: try ModelVariant(label), id: nil)
        #expect(prices[.none] == nil)
        #expect(prices[Self.flex] == Self.half)
        let plain = PriceBook(costs: ["m[temperature=0]": Self.own])
        #expect(plain.prices(of: try ModelVariant("m[temperature=0]"), id: nil)[.none] == Self.own)
        #expect(plain.prices(of: try ModelVariant("m"), id: nil)[.none] == nil)
    }

    @Test func storedPricesReadBackTheSame() throws {
        var prices = ModelPrices([.none: Self.own, Self.flex: Self.half])
        prices.note(Self.flex)
        prices.note(PricedOptions(text: "service_tier=x"))
        #expect(ModelPrices(json: try #require(prices.json)) == prices)
        #expect(prices.firstMissing?.suffix == "[service_tier=x]")
        let only = ModelPrices([Self.flex: Self.half])
        #expect(ModelPrices(json: try #require(only.json)) == only)
        #expect(ModelPrices().json == nil)
        // As earlier versions store a price.
        #expect(ModelPrices(json: Self.own.json) == ModelPrices([.none: Self.own]))
    }
}
