internal import CSQLite

/// A value that SQLite can store.
protocol Bindable {
    func bind(to statement: OpaquePointer, at position: Int32) -> Int32
}

extension Int: Bindable {
    func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        sqlite3_bind_int64(statement, position, Int64(self))
    }
}

extension Int64: Bindable {
    func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        sqlite3_bind_int64(statement, position, self)
    }
}

extension Double: Bindable {
    func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        sqlite3_bind_double(statement, position, self)
    }
}

extension Bool: Bindable {
    func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        sqlite3_bind_int64(statement, position, self ? 1 : 0)
    }
}

extension String: Bindable {
    func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        var text = self
        return text.withUTF8 { utf8 in
            // An empty buffer may have no address, which SQLite would take for NULL.
            guard let base = utf8.baseAddress else { return sqlite3_bind_text(statement, position, "", 0, nil) }
            return base.withMemoryRebound(to: CChar.self, capacity: utf8.count) { characters in
                sqlite3_bind_text64(
                    statement, position, characters, UInt64(utf8.count), transient, UInt8(SQLITE_UTF8))
            }
        }
    }
}

extension [UInt8]: Bindable {
    func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return sqlite3_bind_zeroblob(statement, position, 0) }
            return sqlite3_bind_blob64(statement, position, base, UInt64(bytes.count), transient)
        }
    }
}

extension Optional: Bindable where Wrapped: Bindable {
    func bind(to statement: OpaquePointer, at position: Int32) -> Int32 {
        self?.bind(to: statement, at: position) ?? sqlite3_bind_null(statement, position)
    }
}

/// Tells SQLite to take its own copy of bytes that are only valid during the call.
private var transient: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// A prepared statement; while it stands on a row, that row's columns are read by name.
final class Statement {
    private let handle: OpaquePointer
    private lazy var columns: [String: Int32] = {
        var columns: [String: Int32] = [:]
        for index in 0..<sqlite3_column_count(handle) {
            columns[String(cString: sqlite3_column_name(handle, index))] = index
        }
        return columns
    }()

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Whether the statement stands on a row, so that using it again would lose its place.
    var isBusy: Bool { sqlite3_stmt_busy(handle) != 0 }

    func bind(_ values: [any Bindable]) throws(DatabaseError) {
        for (index, value) in values.enumerated() {
            guard value.bind(to: handle, at: Int32(index + 1)) == SQLITE_OK else { throw error }
        }
    }

    /// Runs it to its end with these values.
    func run(_ values: any Bindable...) throws(DatabaseError) {
        try bind(values)
        // It is kept for the next time, but what it was given may be large.
        defer { reset() }
        while try step() {}
    }

    /// Goes to the next row; false at the end.
    func step() throws(DatabaseError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw error
        }
    }

    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    func int(_ name: String) throws(DatabaseError) -> Int { Int(sqlite3_column_int64(handle, try column(name))) }

    func id(_ name: String) throws(DatabaseError) -> Int64 { sqlite3_column_int64(handle, try column(name)) }

    func bool(_ name: String) throws(DatabaseError) -> Bool { try int(name) != 0 }

    func text(_ name: String) throws(DatabaseError) -> String { try optionalText(name) ?? "" }

    /// The case whose raw value stands in a column.
    func value<Value: RawRepresentable<String>>(_ name: String) throws -> Value {
        guard let value = Value(rawValue: try text(name)) else {
            throw DamagedValue("column \(name) holds a value that it cannot have")
        }
        return value
    }

    func optionalInt(_ name: String) throws(DatabaseError) -> Int? { try isNull(name) ? nil : try int(name) }

    func optionalID(_ name: String) throws(DatabaseError) -> Int64? { try isNull(name) ? nil : try id(name) }

    func optionalDouble(_ name: String) throws(DatabaseError) -> Double? {
        try isNull(name) ? nil : sqlite3_column_double(handle, try column(name))
    }

    func optionalText(_ name: String) throws(DatabaseError) -> String? {
        let index = try column(name)
        guard let start = sqlite3_column_text(handle, index) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, index))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func optionalBytes(_ name: String) throws(DatabaseError) -> [UInt8]? {
        let index = try column(name)
        guard sqlite3_column_type(handle, index) != SQLITE_NULL else { return nil }
        let count = Int(sqlite3_column_bytes(handle, index))
        guard let start = sqlite3_column_blob(handle, index) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private func isNull(_ name: String) throws(DatabaseError) -> Bool {
        sqlite3_column_type(handle, try column(name)) == SQLITE_NULL
    }

    private func column(_ name: String) throws(DatabaseError) -> Int32 {
        guard let index = columns[name] else {
            throw DatabaseError(code: SQLITE_RANGE, message: "no column \(name)")
        }
        return index
    }

    private var error: DatabaseError {
        sqlite3_db_handle(handle).map(DatabaseError.init(of:))
            ?? DatabaseError(code: SQLITE_MISUSE, message: "a statement without a connection")
    }
}
