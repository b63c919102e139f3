/// The prices that ship with the program, as they held on one day, and the way to them from `llm`'s names for models.
public enum PriceSnapshot {
    /// Where the prices come from: a package and its version.
    public static let source = "\(package) \(version)"

    /// The price of the model that `llm` knows by this name; nil when the name does not surely mean one with a price.
    ///
    /// Letter case does not matter. Each call reads the snapshot anew: ask once a model, not once a cell.
    public static func price(of model: String) -> Price? {
        let model = model.lowercased()
        // What the model is called in the part of the snapshot that is being read; nil in other providers' parts.
        var name: Substring.UTF8View?
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            if line.first == UInt8(ascii: "@") {
                if name != nil { return nil }
                name = reference(model, starts: line.dropFirst())
            } else if let name {
                let words = line.split(separator: UInt8(ascii: " "))
                let end = words.firstIndex { $0.elementsEqual(":".utf8) } ?? words.endIndex
                guard words[..<end].contains(where: { NamePattern.matches($0, name) }) else { continue }
                return Price(numbers: words[end...].dropFirst())
            }
        }
        return nil
    }

    /// What a provider calls the model; nil when the model is not this provider's.
    ///
    /// - Parameters:
    ///   - model: the name that `llm` has for it.
    ///   - starts: what stands before a slash in this provider's names, and how its names without one begin.
    /// - Returns: the name without what `llm` puts before it.
    private static func reference(_ model: String, starts: Substring.UTF8View) -> Substring.UTF8View? {
        // A colon stands in the names of local models and of those trained by their users.
        let bare = !model.utf8.contains(UInt8(ascii: "/")) && !model.utf8.contains(UInt8(ascii: ":"))
        for start in starts.split(separator: UInt8(ascii: " ")) where model.utf8.starts(with: start) {
            if start.last == UInt8(ascii: "/") { return model.utf8.dropFirst(start.count) }
            if bare { return model.utf8[...] }
        }
        return nil
    }
}

extension Price {
    /// A price from the snapshot's words: `input output cached write audio`, and the same again after each `>tokens`.
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
    /// Rates in their order, `-` for one that is not known; those missing at the end are not known either.
    fileprivate init?(_ words: ArraySlice<String>) {
        let numbers = words.map { Double($0) } + [nil, nil, nil, nil, nil]
        guard let input = numbers[0], let output = numbers[1] else { return nil }
        self.init(
            input: input, output: output, cachedInput: numbers[2], cacheWrite: numbers[3], audioInput: numbers[4])
    }
}
