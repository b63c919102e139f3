/// The options of a request that change what its tokens cost.
struct PricedOptions: Sendable, Hashable {
    /// Such as `service_tier=flex`, by name and separated by commas; empty if there are none.
    let text: String

    /// Tokens cost what they do without options.
    static let none = PricedOptions([])

    /// - Parameter options: all options of a request, in the order in which they apply.
    init(_ options: [ModelOption]) {
        let priced = ModelOption.merged(options).filter(\.isPriced)
        text = priced.sorted { $0.name < $1.name }.map { "\($0.name)=\($0.value)" }.joined(separator: ",")
    }

    init(text: String) { self.text = text }

    /// What follows a model's name where it is written with `-m`.
    var suffix: String { text.isEmpty ? "" : "[\(text)]" }
}

extension ModelOption {
    /// Values of `service_tier` with which providers charge what they charge without it.
    private static let standardTiers: Set = ["", "auto", "default", "on_demand", "standard", "standard_only"]

    /// Whether tokens may cost something else with this option.
    var isPriced: Bool {
        switch name {
        case "service_tier": !Self.standardTiers.contains(value)
        // Elsewhere it is a number, the pace of a voice.
        case "speed": value == "fast"
        default: false
        }
    }
}

extension LLMRequest {
    /// All options, in the order in which they apply: those among the arguments are the last ones.
    var allOptions: [ModelOption] {
        guard !arguments.isEmpty else { return options }
        return options
            + LLMArguments(arguments).flags.filter { $0.name == "--option" && $0.values.count == 2 }.map {
                ModelOption(name: $0.values[0], value: $0.values[1])
            }
    }

    /// The options that change what its tokens cost.
    var pricedOptions: PricedOptions { PricedOptions(allOptions) }
}
