internal import FoundationEssentials

/// A row of a query, with columns by name; valid while the query is at this row.
protocol Row {
    /// The number in a column; nil for NULL.
    func optionalInteger(_ column: String) throws(DatabaseError) -> Int64?
    func optionalDouble(_ column: String) throws(DatabaseError) -> Double?
    func optionalText(_ column: String) throws(DatabaseError) -> String?
    func optionalBytes(_ column: String) throws(DatabaseError) -> [UInt8]?
}

/// Columns that may be NULL.
extension Row {
    func optionalID<Table>(_ column: String) throws -> RowID<Table>? { try optionalInteger(column).map { RowID($0) } }

    func optionalInt(_ column: String) throws -> Int? { try optionalInteger(column).map(Int.init) }

    /// A time that is stored in milliseconds since 1970.
    func optionalDate(_ column: String) throws -> Date? { try optionalInt(column).map(Date.init(milliseconds:)) }

    func optionalJSON(_ column: String) throws -> JSONValue? {
        try optionalText(column).map { text throws(JSONError) in try JSONParser.parse(text) }
    }

    /// The enum case whose raw value is in a column.
    func optionalValue<Value: RawRepresentable<String>>(_ column: String) throws -> Value? {
        guard let text = try optionalText(column) else { return nil }
        guard let value = Value(rawValue: text) else {
            throw DamagedValue("column \(column) holds a value that it cannot have")
        }
        return value
    }
}

/// Columns that are never NULL.
extension Row {
    func id<Table>(_ column: String) throws -> RowID<Table> { try Self.required(optionalID(column), column) }
    func int(_ column: String) throws -> Int { try Self.required(optionalInt(column), column) }
    func bool(_ column: String) throws -> Bool { try int(column) != 0 }
    func double(_ column: String) throws -> Double { try Self.required(optionalDouble(column), column) }
    func text(_ column: String) throws -> String { try Self.required(optionalText(column), column) }
    func bytes(_ column: String) throws -> [UInt8] { try Self.required(optionalBytes(column), column) }

    /// A time that is stored in milliseconds since 1970.
    func date(_ column: String) throws -> Date { Date(milliseconds: try int(column)) }

    func json(_ column: String) throws -> JSONValue { try JSONParser.parse(text(column)) }

    /// The enum case whose raw value is in a column.
    func value<Value: RawRepresentable<String>>(_ column: String) throws -> Value {
        try Self.required(optionalValue(column), column)
    }

    private static func required<Value>(_ value: Value?, _ column: String) throws -> Value {
        guard let value else { throw DamagedValue("column \(column) holds nothing") }
        return value
    }
}
