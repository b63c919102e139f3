/// A rule for answers, or several that count as one.
struct Assertion: Sendable, Hashable {
    var type: AssertionType
    /// Whether `not-` stands before the type.
    var isNegated = false
    /// What the answer is held against; nil for types that need nothing.
    ///
    /// A text may have places for variables, `{{name}}`, which ``filledValue(with:)`` fills in.
    var value: JSONValue?
    var threshold: Double?
    /// How much the score counts; with 0 it is only measured.
    var weight = 1.0
    /// The name under which its scores are summed up.
    var metric: String?
    /// What else a type takes, such as the `location` of `match`, as it was written, in the order of its form.
    var properties: [JSONValue.Member] = []
    /// The assertions of a set; empty for any other type.
    var members: [Assertion] = []

    /// The type with `not-` before it, as it is written.
    var name: String { (isNegated ? "not-" : "") + type.rawValue }

    /// The file that the value names with `file://`; whoever reads files puts its content there and validates once more.
    var file: String? {
        guard let text = value?.stringValue, text.hasPrefix("file://") else { return nil }
        return String(text.dropFirst("file://".count))
    }

    /// The value of one of ``properties``; nil if it was left out.
    func property(_ name: String) -> JSONValue? { properties.first { $0.name == name }?.value }

    /// The assertion as an object, whose members always stand in the same order.
    var json: JSONValue {
        var members = [JSONValue.Member("type", .string(name))]
        if let value { members.append(.init("value", value)) }
        if let threshold { members.append(.init("threshold", .decimal(threshold))) }
        if weight != 1 { members.append(.init("weight", .decimal(weight))) }
        if let metric { members.append(.init("metric", .string(metric))) }
        members += properties
        if !self.members.isEmpty { members.append(.init("assert", .array(self.members.map(\.json)))) }
        return .object(members)
    }
}

extension JSONValue {
    /// A number from a finite one, as short as it can be.
    fileprivate static func decimal(_ number: Double) -> JSONValue {
        Int(exactly: number).map { .integer($0) } ?? .number(String(number))
    }
}
