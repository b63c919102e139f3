/// A JSON value that preserves what was written: the order of members, and numbers as text.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The number's text in the source, so that `0.10` and integers of any size survive.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A name and its value inside an object.
    public struct Member: Sendable, Hashable {
        /// The member's name.
        public var name: String
        /// The member's value.
        public var value: JSONValue

        /// Creates a member from its name and value.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// A number from an integer.
    public static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }

    /// A string, or null for nil.
    public static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

    /// An array of strings.
    public static func strings(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

    /// The value of an object's last member of that name; nil if there is none or this is not an object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name == name }?.value
    }

    /// The text of a string; nil for any other value.
    public var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The integer of a number without fraction or exponent; nil for any other value.
    public var intValue: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }

    /// The nearest `Double` to a number; nil for any other value.
    var doubleValue: Double? {
        guard case .number(let text) = self else { return nil }
        return Double(text)
    }

    /// The kind of value, in words that follow "is".
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue {
    /// The value at a path of names, and of positions in arrays from 0, separated by dots; nil if there is none.
    func member(at path: Substring) -> JSONValue? {
        path.split(separator: ".", omittingEmptySubsequences: false).reduce(self) { value, name -> JSONValue? in
            if case .array(let elements)? = value {
                return Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            }
            return value?[String(name)]
        }
    }

    /// The strings of an array, without other elements; empty for any other value.
    var stringValues: [String] {
        guard case .array(let elements) = self else { return [] }
        return elements.compactMap(\.stringValue)
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as JSON on one line, without control characters or other line breaks.
    public var description: String { String(decoding: JSONWriter.line(self), as: UTF8.self) }
}
