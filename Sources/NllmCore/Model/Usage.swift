/// The tokens that an answer took, with those of all its steps if it is a chain's.
struct Usage: Sendable, Equatable {
    var input: Int?
    var output: Int?
    /// Other numbers that the provider reported, such as cached or reasoning tokens, summed like the rest.
    var details: JSONValue?

    /// Numbers of tokens; a larger one is not a report.
    static let counts = 0...1_000_000_000_000

    /// Tokens of which nothing is known yet.
    init() {}

    /// Sums steps; nil if none has a number.
    init?(steps: [Usage]) {
        for step in steps { add(step) }
        if input == nil, output == nil { return nil }
    }

    private mutating func add(_ step: Usage) {
        if let more = step.input { input = (input ?? 0) + more }
        if let more = step.output { output = (output ?? 0) + more }
        if let more = step.details { details = details.map { Self.sum($0, more) } ?? more }
    }

    /// Adds numbers, appends lists, and does so member by member in objects; for anything else the later value applies.
    private static func sum(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
        switch (first, second) {
        case (.number, .number):
            guard let first = first.intValue, let second = second.intValue else { return second }
            let (sum, overflow) = first.addingReportingOverflow(second)
            return overflow ? .integer(second) : .integer(sum)
        case (.array(let first), .array(let second)): return .array(first + second)
        case (.object(var members), .object(let others)):
            for other in others {
                if let index = members.firstIndex(where: { $0.name == other.name }) {
                    members[index].value = sum(members[index].value, other.value)
                } else {
                    members.append(other)
                }
            }
            return .object(members)
        default: return second
        }
    }
}
