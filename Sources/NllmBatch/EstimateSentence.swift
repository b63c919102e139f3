import NllmCore

extension Estimate {
    /// What the model's cells are expected to take, for people.
    var sentence: String {
        let tokens = "\(Format.tokens(input)) tokens in, \(Format.tokens(output)) out"
        let cost = cost.map { $0.upperBound == 0 ? "free" : Format.dollars($0) } ?? "no price known"
        return "estimate for \(model): \(Format.count(cells, "cell")), \(tokens), \(cost)"
    }

    /// The same, for programs.
    var json: JSONValue {
        .object([
            .init("model", .string(model)), .init("cells", .integer(cells)), .init("tokens_input", input.json),
            .init("tokens_output", output.json), .init("cost", cost?.json ?? .null),
            .init("has_history", .bool(hasHistory)),
        ])
    }
}

extension ClosedRange<Double> {
    fileprivate var json: JSONValue {
        .object([
            .init("low", .number(String(lowerBound))), .init("high", .number(String(upperBound))),
        ])
    }
}

extension Format {
    /// A range of tokens, such as 850 to 1.2k.
    fileprivate static func tokens(_ range: ClosedRange<Double>) -> String {
        let (low, high) = (tokens(Int(range.lowerBound.rounded())), tokens(Int(range.upperBound.rounded())))
        return low == high ? low : "\(low) to \(high)"
    }

    /// A range of US dollars, such as $0.12 to $0.34.
    fileprivate static func dollars(_ range: ClosedRange<Double>) -> String {
        let (low, high) = (dollars(range.lowerBound), dollars(range.upperBound))
        return low == high ? low : "\(low) to \(high)"
    }
}
