/// What makes two JSON values equal: numbers by value, strings by character, objects whatever the order of their members.
///
/// Of members with the same name the last one counts.
struct JSONIdentity: Sendable, Hashable {
    /// The value in a form that equal values share.
    private(set) var bytes: [UInt8] = []

    /// - Parameter value: nested at most ``JSONParser/maximumDepth`` levels.
    init(_ value: JSONValue) { append(value) }

    private mutating func append(_ value: JSONValue) {
        switch value {
        case .null: bytes.append(UInt8(ascii: "n"))
        case .bool(let flag): bytes.append(UInt8(ascii: flag ? "t" : "f"))
        case .number(let text): append(number: text)
        case .string(let text): append(text, as: "s")
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for element in elements { append(element) }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for member in Self.sorted(members) {
                append(member.name, as: "k")
                append(member.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// The members by name, of those with the same name only the last.
    private static func sorted(_ members: [JSONValue.Member]) -> [JSONValue.Member] {
        var last: [ExactText: Int] = [:]
        for (index, member) in members.enumerated() { last[ExactText(member.name)] = index }
        return last.values.map { members[$0] }.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// A text with its length before it, so that no text can be taken for something else.
    private mutating func append(_ text: String, as kind: Unicode.Scalar) {
        bytes.append(UInt8(ascii: kind))
        bytes.append(contentsOf: String(text.utf8.count).utf8)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func append(number text: String) {
        guard let number = DecimalNumber(text) else { return append(text, as: "?") }
        bytes.append(UInt8(ascii: number.isNegative ? "-" : "+"))
        bytes.append(contentsOf: number.digits.map { $0 + UInt8(ascii: "0") })
        bytes.append(UInt8(ascii: "e"))
        bytes.append(contentsOf: String(number.exponent).utf8)
        bytes.append(UInt8(ascii: ";"))
    }
}
