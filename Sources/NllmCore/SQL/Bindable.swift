internal import FoundationEssentials

/// A value as a database stores it.
enum SQLValue: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
}

/// A value that can be bound to a statement.
protocol Bindable {
    var sqlValue: SQLValue { get }
}

extension Int: Bindable {
    var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int64: Bindable {
    var sqlValue: SQLValue { .integer(self) }
}

extension Double: Bindable {
    var sqlValue: SQLValue { .real(self) }
}

extension Bool: Bindable {
    var sqlValue: SQLValue { .integer(self ? 1 : 0) }
}

extension String: Bindable {
    var sqlValue: SQLValue { .text(self) }
}

extension [UInt8]: Bindable {
    var sqlValue: SQLValue { .bytes(self) }
}

/// In milliseconds since 1970.
extension Date: Bindable {
    var sqlValue: SQLValue { .integer(Int64(milliseconds)) }
}

/// As text without spaces.
extension JSONValue: Bindable {
    var sqlValue: SQLValue { .text(JSONWriter.text(self)) }
}

/// By its raw value; an enum only needs to declare conformance.
extension Bindable where Self: RawRepresentable<String> {
    var sqlValue: SQLValue { .text(rawValue) }
}

extension Optional: Bindable where Wrapped: Bindable {
    var sqlValue: SQLValue { self?.sqlValue ?? .null }
}
