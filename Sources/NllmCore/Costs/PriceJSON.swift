extension Price {
    /// The price in the form in which it is stored, in US dollars per million tokens; `init(json:)` restores it.
    public var json: JSONValue { .object(members) }

    fileprivate var members: [JSONValue.Member] {
        var members = base.members
        if !tiers.isEmpty {
            let tiers = tiers.map { JSONValue.object([.init("above", .integer($0.above))] + $0.rates.members) }
            members.append(.init("tiers", .array(tiers)))
        }
        return members
    }

    /// A stored price; nil if this is not one.
    public init?(json: JSONValue) {
        guard let base = Rates(json) else { return nil }
        self.init(base: base)
        switch json["tiers"] {
        case nil: break
        case .array(let elements):
            for element in elements {
                guard let above = element["above"]?.intValue, let rates = Rates(element) else { return nil }
                tiers.append(Tier(above: above, rates: rates))
            }
        default: return nil
        }
    }
}

extension ModelPrices {
    /// The prices in the form in which they are stored; nil if there is none.
    ///
    /// The price without options is an object as ``Price/json``, to which the others are added as `options`.
    var json: JSONValue? {
        guard !prices.isEmpty else { return nil }
        var members = self[.none].map(\.members) ?? []
        let others = prices.filter { $0.key != .none }.sorted { $0.key.text < $1.key.text }
        if !others.isEmpty {
            members.append(.init("options", .object(others.map { .init($0.key.text, $0.value.json) })))
        }
        if !missing.isEmpty { members.append(.init("missing", .strings(missing.map(\.text).sorted()))) }
        return .object(members)
    }

    /// Stored prices; what is not a price is left out.
    init(json: JSONValue) {
        self.init()
        self[.none] = Price(json: json)
        if case .object(let others)? = json["options"] {
            for member in others { self[PricedOptions(text: member.name)] = Price(json: member.value) }
        }
        for text in json["missing"]?.stringValues ?? [] { note(PricedOptions(text: text)) }
    }
}

extension Price.Rates {
    fileprivate var members: [JSONValue.Member] {
        let rates = [
            ("input", input), ("output", output), ("cached_input", cachedInput), ("cache_write", cacheWrite),
            ("audio_input", audioInput),
        ]
        return rates.compactMap { name, rate in rate.map { .init(name, .number($0.description)) } }
    }

    fileprivate init?(_ json: JSONValue) {
        var numbers: [String: Double] = [:]
        for name in ["input", "output", "cached_input", "cache_write", "audio_input"] {
            guard let value = json[name] else { continue }
            guard case .number(let text) = value, let number = Double(text), number.isFinite, number >= 0 else {
                return nil
            }
            numbers[name] = number
        }
        guard let input = numbers["input"], let output = numbers["output"] else { return nil }
        self.init(
            input: input, output: output, cachedInput: numbers["cached_input"], cacheWrite: numbers["cache_write"],
            audioInput: numbers["audio_input"])
    }
}
