internal import CSQLite

/// Makes SQLite copy bytes that are valid only during the call.
private var transient: sqlite3_destructor_type {
    unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}

/// A prepared statement; while it is at a row, it is that row.
final class SQLiteStatement: Statement, Row {
    private let handle: OpaquePointer
    private var columns = NameOrder()
    private var parameters = NameOrder()

    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        sqlite3_finalize(handle)
    }

    var onlyReads: Bool { sqlite3_stmt_readonly(handle) != 0 }

    /// Whether the statement is at a row, so that using it again would lose its position.
    var isBusy: Bool { sqlite3_stmt_busy(handle) != 0 }

    func run(_ values: any Bindable...) throws(DatabaseError) {
        try bind(.positional(values))
        // The statement is kept for the next use, but its values may be large.
        defer { reset() }
        while try step() {}
    }

    func bind(_ values: SQLArguments) throws(DatabaseError) {
        switch values {
        case .positional(let values):
            for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
        case .named(let values):
            parameters.restart()
            for (name, value) in values { try bind(value, at: try parameter(name)) }
        }
    }

    private func bind(_ value: any Bindable, at index: Int32) throws(DatabaseError) {
        let code =
            switch value.sqlValue {
            case .null: sqlite3_bind_null(handle, index)
            case .integer(let integer): sqlite3_bind_int64(handle, index, integer)
            case .real(let number): sqlite3_bind_double(handle, index, number)
            case .text(let text): bind(text, at: index)
            case .bytes(let bytes): bind(bytes, at: index)
            }
        guard code == SQLITE_OK else { throw error }
    }

    private func bind(_ text: String, at index: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { utf8 in
            // An empty buffer may have no address, which SQLite would take as NULL.
            guard let base = utf8.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, nil) }
            return base.withMemoryRebound(to: CChar.self, capacity: utf8.count) { characters in
                sqlite3_bind_text64(handle, index, characters, UInt64(utf8.count), transient, UInt8(SQLITE_UTF8))
            }
        }
    }

    private func bind(_ bytes: [UInt8], at index: Int32) -> Int32 {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return sqlite3_bind_blob64(handle, index, base, UInt64(bytes.count), transient)
        }
    }

    /// Advances to the next row; false at the end.
    func step() throws(DatabaseError) -> Bool {
        columns.restart()
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

    func optionalInteger(_ name: String) throws(DatabaseError) -> Int64? {
        let index = try column(name)
        return isNull(index) ? nil : sqlite3_column_int64(handle, index)
    }

    func optionalDouble(_ name: String) throws(DatabaseError) -> Double? {
        let index = try column(name)
        return isNull(index) ? nil : sqlite3_column_double(handle, index)
    }

    func optionalText(_ name: String) throws(DatabaseError) -> String? {
        let index = try column(name)
        guard let start = sqlite3_column_text(handle, index) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, index))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func optionalBytes(_ name: String) throws(DatabaseError) -> [UInt8]? {
        let index = try column(name)
        guard !isNull(index) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, index))
        guard let start = sqlite3_column_blob(handle, index) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    private func isNull(_ index: Int32) -> Bool { sqlite3_column_type(handle, index) == SQLITE_NULL }

    private func column(_ name: String) throws(DatabaseError) -> Int32 {
        let number = columns.number(of: name) { name in
            (0..<sqlite3_column_count(handle)).first { String(cString: sqlite3_column_name(handle, $0)) == name }
        }
        guard let number else { throw DatabaseError(sqlite: SQLITE_RANGE, message: "no column \(name)") }
        return number
    }

    private func parameter(_ name: String) throws(DatabaseError) -> Int32 {
        let number = parameters.number(of: name) { name in
            let number = sqlite3_bind_parameter_index(handle, ":" + name)
            return number > 0 ? number : nil
        }
        guard let number else { throw DatabaseError(sqlite: SQLITE_RANGE, message: "no parameter \(name)") }
        return number
    }

    private var error: DatabaseError {
        sqlite3_db_handle(handle).map(DatabaseError.init(of:))
            ?? DatabaseError(sqlite: SQLITE_MISUSE, message: "a statement without a connection")
    }
}
