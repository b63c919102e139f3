/// A scalar as written, and its meaning in YAML 1.1, as in PyYAML.
///
/// Only a plain scalar, one without quotes, can be anything other than text.
struct YAMLScalar: Equatable {
    var text: String
    var isPlain: Bool

    var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(text) }

    /// The boolean; nil if it is not one.
    var bool: Bool? {
        guard isPlain else { return nil }
        switch text {
        case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return true
        case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return false
        default: return nil
        }
    }

    /// The number, in any of YAML's notations except infinity; nil if it is not one.
    var number: Double? {
        guard isPlain, let first = unsigned.utf8.first, first.isDigit || first == UInt8(ascii: ".") else {
            return nil
        }
        let digits = unsigned.filter { $0 != "_" }
        guard let magnitude = Self.magnitude(digits) else { return nil }
        return text.hasPrefix("-") ? -magnitude : magnitude
    }

    /// The number as JSON, in its own notation if JSON has it; nil if it is not a number.
    var json: JSONValue? {
        guard let number else { return nil }
        if case .number? = try? JSONParser.parse(text) { return .number(text) }
        return Int(exactly: number).map { .integer($0) } ?? .number(String(number))
    }

    private var unsigned: Substring { text.dropFirst(text.hasPrefix("-") || text.hasPrefix("+") ? 1 : 0) }

    private static func magnitude(_ digits: String) -> Double? {
        if digits.hasPrefix("0b") { return Int(digits.dropFirst(2), radix: 2).map(Double.init) }
        if digits.hasPrefix("0x") { return Int(digits.dropFirst(2), radix: 16).map(Double.init) }
        if digits.count > 1, digits.hasPrefix("0"), digits.utf8.allSatisfy(\.isDigit) {
            return Int(digits, radix: 8).map(Double.init)
        }
        if digits.contains(":") { return sexagesimal(digits) }
        return digits.utf8.allSatisfy { $0.isDigit || ".eE+-".utf8.contains($0) } ? Double(digits) : nil
    }

    /// `1:30` is ninety.
    private static func sexagesimal(_ digits: String) -> Double? {
        var total = 0.0
        for (position, part) in digits.split(separator: ":", omittingEmptySubsequences: false).enumerated() {
            guard let value = Double(part), position == 0 || value < 60 else { return nil }
            total = total * 60 + value
        }
        return total
    }
}

extension YAMLNode {
    /// The scalar, if it is one.
    var scalar: YAMLScalar? {
        guard case .scalar(let scalar) = content else { return nil }
        return scalar
    }

    var isNull: Bool { scalar?.isNull ?? false }

    /// The kind of value, in words that follow "is".
    var kind: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar):
            if scalar.isNull {
                "null"
            } else if scalar.bool != nil {
                "a boolean"
            } else {
                scalar.number == nil ? "a string" : "a number"
            }
        }
    }
}
