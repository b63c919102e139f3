/// Where a model's price is looked up: the configuration's table, then the snapshot, then the user's price file.
public struct PriceBook: Sendable {
    /// The `costs` table of the configuration, by `llm`'s name of the model.
    public var costs: [String: Price]
    /// What the price file says, by the same names.
    public var file: [String: Price]

    /// A book from what the user gave; without anything, the snapshot is left.
    public init(costs: [String: Price] = [:], file: [String: Price] = [:]) {
        self.costs = costs
        self.file = file
    }

    /// The price of a model by `llm`'s name for it; nil when no source knows it.
    public func price(of model: String) -> Price? {
        costs[model] ?? PriceSnapshot.price(of: model) ?? file[model]
    }
}
