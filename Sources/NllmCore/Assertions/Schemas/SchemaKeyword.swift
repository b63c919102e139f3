/// A schema that is ready to check values; it refers to others by their index in a ``SchemaGraph``.
struct SchemaNode: Sendable {
    /// The index of the resource, a schema with an address of its own, that it belongs to.
    var resource: Int
    /// What the schemas `true` and `false` say; nil for any other.
    var verdict: Bool?
    /// What has to hold, in the order of the checks.
    var keywords: [SchemaKeyword] = []
    /// Whether it has to know which items or members its other keywords have looked at.
    var needsMarks = false
}

/// All schemas that one refers to, itself among them.
struct SchemaGraph: Sendable {
    var nodes: [SchemaNode] = []
    /// The schemas of each resource that have a `$dynamicAnchor`, by its name.
    var dynamicAnchors: [[String: Int]] = []
    /// The index of the schema itself.
    var root = 0
}

/// A rule of a schema.
///
/// Schemas inside are indexes in a ``SchemaGraph``.
enum SchemaKeyword: Sendable {
    // Any value.
    case types(JSONTypes)
    /// The identities of the allowed values, and their text for people.
    case values(Set<JSONIdentity>, text: String)

    // Numbers.
    case multipleOf(DecimalDivisor, text: String)
    case minimum(DecimalNumber, isExclusive: Bool, text: String)
    case maximum(DecimalNumber, isExclusive: Bool, text: String)

    // Strings; lengths in Unicode scalars.
    case minLength(Int)
    case maxLength(Int)
    case pattern(Pattern, text: String)

    // Arrays.
    case minItems(Int)
    case maxItems(Int)
    case uniqueItems
    /// The schemas of the first items, and that of all others.
    case items(first: [Int], others: Int?)
    /// How many items have to match; without a maximum, any number of them may.
    case contains(Int, minimum: Int, maximum: Int?)
    case unevaluatedItems(Int)

    // Objects.
    case minProperties(Int)
    case maxProperties(Int)
    case required([ExactText])
    case dependentRequired([(name: ExactText, needed: [ExactText])])
    case properties(SchemaProperties)
    case propertyNames(Int)
    case dependentSchemas([(name: ExactText, schema: Int)])
    case unevaluatedProperties(Int)

    // Other schemas for the same value.
    case reference(Int)
    /// The schema that the reference means by itself, and the name by which the outermost resource is asked first.
    case dynamicReference(Int, anchor: String)
    case allOf([Int])
    case anyOf([Int])
    case oneOf([Int])
    case not(Int)
    case condition(Int, then: Int?, otherwise: Int?)

    /// Whether it has to know which items or members other keywords have looked at.
    var needsMarks: Bool {
        switch self {
        case .unevaluatedItems, .unevaluatedProperties: true
        default: false
        }
    }
}

/// The schemas of an object's members.
struct SchemaProperties: Sendable {
    var named: [ExactText: Int] = [:]
    var patterns: [(pattern: Pattern, schema: Int)] = []
    /// For members that neither a name nor a pattern has.
    var additional: Int?
}

/// A set of the types that `type` names.
struct JSONTypes: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    static let null = JSONTypes(rawValue: 1)
    static let boolean = JSONTypes(rawValue: 2)
    static let integer = JSONTypes(rawValue: 4)
    static let number = JSONTypes(rawValue: 8)
    static let string = JSONTypes(rawValue: 16)
    static let array = JSONTypes(rawValue: 32)
    static let object = JSONTypes(rawValue: 64)

    static let names: [(name: String, type: JSONTypes)] = [
        ("null", .null), ("boolean", .boolean), ("integer", .integer), ("number", .number), ("string", .string),
        ("array", .array), ("object", .object),
    ]

    /// The types in words that follow "must be".
    var words: String {
        let articles: [String: String] = [
            "null": "null", "integer": "an integer", "array": "an array", "object": "an object",
        ]
        return Self.names.filter { contains($0.type) }.map { articles[$0.name] ?? "a \($0.name)" }
            .joined(separator: " or ")
    }

    /// Whether a value has one of the types.
    func includes(_ value: JSONValue) -> Bool {
        switch value {
        case .null: contains(.null)
        case .bool: contains(.boolean)
        case .string: contains(.string)
        case .array: contains(.array)
        case .object: contains(.object)
        case .number(let text): contains(.number) || (contains(.integer) && Self.isInteger(text))
        }
    }

    private static func isInteger(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0.isDigit || $0 == UInt8(ascii: "-") } || DecimalNumber(text)?.isInteger == true
    }
}
