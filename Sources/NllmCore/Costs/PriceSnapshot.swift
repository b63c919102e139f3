/// The prices that ship with the program, as of one day, by `llm`'s names for models.
public enum PriceSnapshot {
    /// The source of the prices: a package and its version.
    public static let source = "\(package) \(version)"

    /// The price of the model that `llm` knows by this name; nil if the name is not certain to mean one with a price.
    ///
    /// Letter case does not matter. Each call reads the whole snapshot: look up a price once per model, not once per
    /// cell.
    public static func price(of model: String) -> Price? { prices(of: model)?[.none] }

    /// The prices of that model, without options and with those that change them.
    static func prices(of model: String) -> ModelPrices? {
        let model = model.lowercased()
        // The model's name in the current part of the snapshot; nil in other providers' parts.
        var name: Substring.UTF8View?
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            if line.first == UInt8(ascii: "@") {
                if name != nil { return nil }
                name = reference(model, starts: line.dropFirst())
            } else if let name {
                let words = line.split(separator: UInt8(ascii: " "))
                let end = words.firstIndex { $0.elementsEqual(":".utf8) } ?? words.endIndex
                guard words[..<end].contains(where: { NamePattern.matches($0, name) }) else { continue }
                return ModelPrices(words: words[end...].dropFirst())
            }
        }
        return nil
    }

    /// The provider's name for the model; nil if the model is not this provider's.
    ///
    /// - Parameters:
    ///   - model: `llm`'s name for it.
    ///   - starts: what precedes a slash in this provider's names, and how its names without a slash begin.
    /// - Returns: the name without `llm`'s prefix.
    private static func reference(_ model: String, starts: Substring.UTF8View) -> Substring.UTF8View? {
        // Names of local models, and of models trained by users, contain a colon.
        let bare = !model.utf8.contains(UInt8(ascii: "/")) && !model.utf8.contains(UInt8(ascii: ":"))
        for start in starts.split(separator: UInt8(ascii: " ")) where model.utf8.starts(with: start) {
            if start.last == UInt8(ascii: "/") { return model.utf8.dropFirst(start.count) }
            if bare { return model.utf8[...] }
        }
        return nil
    }
}

extension ModelPrices {
    /// Prices in the snapshot's notation: the one without options, then those after each `? option=value`.
    fileprivate init?(words: ArraySlice<Substring.UTF8View>) {
        let parts = words.split(omittingEmptySubsequences: false) { $0.elementsEqual("?".utf8) }
        guard let first = parts.first, let plain = Price(numbers: first) else { return nil }
        self.init([.none: plain])
        for part in parts.dropFirst() {
            guard let options = part.first, let price = Price(numbers: part.dropFirst()) else { return nil }
            self[PricedOptions(text: String(decoding: options, as: UTF8.self))] = price
        }
    }
}

extension Price {
    /// A price in the snapshot's notation: `input output cached write audio`, and the same again after each `>tokens`.
    fileprivate init?(numbers: ArraySlice<Substring.UTF8View>) {
        let words = numbers.map { String(decoding: $0, as: UTF8.self) }
        let starts = words.indices.filter { words[$0].hasPrefix(">") }
        guard let base = Rates(words[..<(starts.first ?? words.endIndex)]) else { return nil }
        self.init(base: base)
        for (start, end) in zip(starts, starts.dropFirst() + [words.endIndex]) {
            let numbers = words[start + 1..<end]
            guard let above = Int(words[start].dropFirst()), let rates = Rates(numbers) else { return nil }
            tiers.append(Tier(above: above, rates: rates))
        }
    }
}

extension Price.Rates {
    /// Rates in order, with `-` for an unknown one; missing ones at the end are unknown as well.
    fileprivate init?(_ words: ArraySlice<String>) {
        let numbers = words.map { Double($0) } + [nil, nil, nil, nil, nil]
        guard let input = numbers[0], let output = numbers[1] else { return nil }
        self.init(
            input: input, output: output, cachedInput: numbers[2], cacheWrite: numbers[3], audioInput: numbers[4])
    }
}
