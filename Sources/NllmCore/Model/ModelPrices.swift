/// The prices of a model's tokens: without options, and with those that change them.
struct ModelPrices: Sendable, Equatable {
    private(set) var prices: [PricedOptions: Price] = [:]
    /// Options of a run's cells for which no price is known.
    private(set) var missing: Set<PricedOptions> = []

    init(_ prices: [PricedOptions: Price] = [:]) { self.prices = prices }

    /// The price with these options; nil if unknown.
    subscript(options: PricedOptions) -> Price? {
        get { prices[options] }
        set { prices[options] = newValue }
    }

    /// The price of a request's tokens; nil if unknown.
    func price(of request: LLMRequest) -> Price? { prices[request.pricedOptions] }

    /// One of the options for which no price is known; nil if every cell of the run has a price.
    var firstMissing: PricedOptions? { missing.min { $0.text < $1.text } }

    /// Whether no price is known at all.
    var isEmpty: Bool { prices.isEmpty }

    /// Notes that a cell of the run has these options.
    mutating func note(_ options: PricedOptions) {
        if prices[options] == nil { missing.insert(options) }
    }
}
