internal import FoundationEssentials

/// Reads the members of an object of a stored night.
struct NightMembers {
    private let object: JSONValue
    /// Where the object stands, with a period behind it; empty for the outermost one.
    private let path: String

    init(_ object: JSONValue, path: String = "") {
        self.object = object
        self.path = path
    }

    /// A member that may be null or missing.
    func optional<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(NightFlaw) -> Value? {
        guard let member = object[name], member != .null else { return nil }
        guard let value = read(member) else { throw NightFlaw(plainText: "`\(path)\(name)` is not as expected") }
        return value
    }

    /// A member that has to be there.
    func required<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(NightFlaw) -> Value {
        guard let value = try optional(name, read) else { throw NightFlaw(plainText: "`\(path)\(name)` is missing") }
        return value
    }

    func text(_ name: String) throws(NightFlaw) -> String { try required(name, \.stringValue) }
    func count(_ name: String) throws(NightFlaw) -> Int { try required(name, \.intValue) }
    func number(_ name: String) throws(NightFlaw) -> Double? { try optional(name, \.finiteValue) }
    func flag(_ name: String) throws(NightFlaw) -> Bool? { try optional(name, \.boolValue) }
    func date(_ name: String) throws(NightFlaw) -> Date {
        try required(name) { $0.stringValue.flatMap(Timestamp.date(utc:)) }
    }

    /// The texts of an array; none if it is missing.
    func texts(_ name: String) throws(NightFlaw) -> [String] {
        try optional(name) { $0.elements?.count == $0.stringValues.count ? $0.stringValues : nil } ?? []
    }

    /// The objects of an array, each read; none if it is missing.
    func objects<Value>(_ name: String, _ read: (NightMembers) throws(NightFlaw) -> Value) throws(NightFlaw) -> [Value]
    {
        let elements = try optional(name, \.elements) ?? []
        var values: [Value] = []
        for (position, element) in elements.enumerated() {
            values.append(try read(NightMembers(element, path: "\(path)\(name).\(position).")))
        }
        return values
    }

    /// An object that may be null or missing.
    func object<Value>(_ name: String, _ read: (NightMembers) throws(NightFlaw) -> Value) throws(NightFlaw) -> Value? {
        guard let value = object[name], value != .null else { return nil }
        return try read(NightMembers(value, path: "\(path)\(name)."))
    }
}

extension JSONValue {
    /// Numbers that JSON has; null for all others.
    static func finite(_ value: Double?) -> JSONValue {
        value.flatMap { $0.isFinite ? .number(String($0)) : nil } ?? .null
    }

    static func optional(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }

    static func flag(_ value: Bool?) -> JSONValue { value.map(JSONValue.bool) ?? .null }

    fileprivate var finiteValue: Double? { doubleValue.flatMap { $0.isFinite ? $0 : nil } }
    fileprivate var boolValue: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    fileprivate var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
}
