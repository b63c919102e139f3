/// How many of something there may be: `12`, or `{min, max}`, of which one may be left out.
struct CountRange: Sendable, Hashable {
    let range: ClosedRange<Int>

    /// - Throws: for a value that is neither, and for bounds that leave nothing.
    init(_ value: JSONValue, of type: AssertionType) throws(AssertionProblem) {
        guard case .object(let members) = value else {
            guard let count = Self.count(value) else {
                throw AssertionProblem(type, "value", "must be a whole number or {min, max}, is \(value.excerptText)")
            }
            range = count...count
            return
        }
        for name in members.map(\.name) where name != "min" && name != "max" {
            throw AssertionProblem(type, "value", "has `\(name)`; it can have `min` and `max`")
        }
        let bounds = try members.map { member throws(AssertionProblem) in
            guard let count = Self.count(member.value) else {
                throw AssertionProblem(
                    type, "value",
                    "has a `\(member.name)` that is not a whole number from 0 on: \(member.value.excerptText)")
            }
            return (name: member.name, count: count)
        }
        if bounds.isEmpty { throw AssertionProblem(type, "value", "needs `min` or `max`") }
        let low = bounds.last { $0.name == "min" }?.count ?? 0
        let high = bounds.last { $0.name == "max" }?.count ?? .max
        guard low <= high else {
            throw AssertionProblem(type, "value", "has a `min` (\(low)) above its `max` (\(high))")
        }
        range = low...high
    }

    /// A whole number from 0 on, also as a text, such as that of a variable.
    private static func count(_ value: JSONValue) -> Int? {
        guard let text = value.scalarText, let number = Double(text), let count = Int(exactly: number), count >= 0
        else {
            return nil
        }
        return count
    }

    /// The range in words that follow "expected".
    var words: String {
        switch (range.lowerBound, range.upperBound) {
        case (let low, let high) where low == high: "\(low)"
        case (let low, .max): "at least \(low)"
        case (0, let high): "at most \(high)"
        case (let low, let high): "\(low) to \(high)"
        }
    }
}
