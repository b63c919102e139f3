/// A connection to a database, for one task at a time: everything reaches SQL through this protocol.
protocol Connection: AnyObject {
    /// Runs one or more statements without values and rows.
    func execute(_ sql: String) throws(DatabaseError)

    /// Runs a statement to completion.
    ///
    /// - Returns: the number of rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: SQLArguments) throws(DatabaseError) -> Int

    /// Calls `body` with each row of a query in turn, without keeping any, until it returns that it has enough.
    func forEachRow(_ sql: String, _ values: SQLArguments, until body: (any Row) throws -> Bool) throws

    /// A statement to be run many times: finding it by its text each time would cost as much as a small insert.
    func statement(_ sql: String) throws(DatabaseError) -> any Statement

    /// Runs `body` as one transaction that holds the write lock from the start, and rolls it back if it throws.
    ///
    /// A transaction that began with a read could not start to write while another one writes.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value

    /// Runs `body` on one state of the database, unaffected by concurrent writes.
    func snapshot<Value>(_ body: () throws -> Value) throws -> Value
}

/// A prepared statement without rows.
protocol Statement: AnyObject {
    /// Runs it to completion with values for its `?`, in order.
    func run(_ values: any Bindable...) throws(DatabaseError)
}

/// The values of a statement's parameters.
enum SQLArguments {
    /// For each `?` in order, or for `?1`, `?2` by number.
    case positional([any Bindable])
    /// For `:name`, by name.
    case named([(String, any Bindable)])
}

extension Connection {
    @discardableResult
    func run(_ sql: String, _ values: any Bindable...) throws(DatabaseError) -> Int {
        try run(sql, .positional(values))
    }

    @discardableResult
    func run(_ sql: String, named values: KeyValuePairs<String, any Bindable>) throws(DatabaseError) -> Int {
        try run(sql, .named(values.map { ($0, $1) }))
    }

    /// The rows of a query, each decoded by `read`, which must copy what it needs from the row.
    func rows<Value>(_ sql: String, _ values: any Bindable..., read: (any Row) throws -> Value) throws -> [Value] {
        try rows(sql, values, read: read)
    }

    /// The same, with values in an array.
    func rows<Value>(_ sql: String, _ values: [any Bindable], read: (any Row) throws -> Value) throws -> [Value] {
        var result: [Value] = []
        try forEachRow(sql, .positional(values)) { row in
            result.append(try read(row))
            return false
        }
        return result
    }

    /// The first row of a query; nil if it has none.
    func row<Value>(_ sql: String, _ values: any Bindable..., read: (any Row) throws -> Value) throws -> Value? {
        try row(sql, .positional(values), read: read)
    }

    /// The first row of a query with named parameters; nil if it has none.
    func row<Value>(
        _ sql: String, named values: KeyValuePairs<String, any Bindable>, read: (any Row) throws -> Value
    ) throws -> Value? {
        try row(sql, .named(values.map { ($0, $1) }), read: read)
    }

    private func row<Value>(
        _ sql: String, _ values: SQLArguments, read: (any Row) throws -> Value
    ) throws -> Value? {
        var result: Value?
        try forEachRow(sql, values) { row in
            result = try read(row)
            return true
        }
        return result
    }

    /// Runs an `INSERT … RETURNING id` of one row and returns the id.
    func insert<Table>(
        _ sql: String, named values: KeyValuePairs<String, any Bindable>
    ) throws -> RowID<Table> {
        try insert(sql, named: values.map { ($0, $1) })
    }

    /// The same, with values in an array.
    func insert<Table>(_ sql: String, named values: [(String, any Bindable)]) throws -> RowID<Table> {
        let id: RowID<Table>? = try row(sql, .named(values), read: { try $0.id("id") })
        guard let id else { throw DamagedValue("a new row has no id") }
        return id
    }

    /// Whether a query has any rows.
    func hasRow(_ sql: String, _ values: any Bindable...) throws -> Bool {
        try row(sql, .positional(values), read: { _ in true }) ?? false
    }

    /// Visits each row of a query with named parameters, without keeping any.
    func forEachRow(_ sql: String, named values: [(String, any Bindable)], body: (any Row) throws -> Void) throws {
        try forEachRow(sql, .named(values)) { row in
            try body(row)
            return false
        }
    }

    /// Visits each row of a query, without keeping any.
    func forEachRow(_ sql: String, _ values: any Bindable..., body: (any Row) throws -> Void) throws {
        try forEachRow(sql, .positional(values)) { row in
            try body(row)
            return false
        }
    }
}
