/// A connection to a database, for one task at a time: the seam through which everything reaches SQL.
protocol Connection: AnyObject {
    /// Runs one or more statements that take no values and give no rows.
    func execute(_ sql: String) throws(DatabaseError)

    /// Runs a statement to its end.
    ///
    /// - Returns: how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: SQLArguments) throws(DatabaseError) -> Int

    /// Calls `body` with each row of a query in turn, without keeping any, until it says that it has enough.
    func forEachRow(_ sql: String, _ values: SQLArguments, until body: (any Row) throws -> Bool) throws

    /// A statement to be run very often: finding it by its text each time would cost as much as a small insert.
    func statement(_ sql: String) throws(DatabaseError) -> any Statement

    /// Runs `body` as one transaction that holds the write lock from its start, and rolls it back if it throws.
    ///
    /// A transaction that began with a read could not become a writer while another one writes.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value

    /// Runs `body` on one state of the database, whatever others write meanwhile.
    func snapshot<Value>(_ body: () throws -> Value) throws -> Value
}

/// A prepared statement that gives no rows.
protocol Statement: AnyObject {
    /// Runs it to its end with values for its `?` in their order.
    func run(_ values: any Bindable...) throws(DatabaseError)
}

/// The values of a statement's parameters.
enum SQLArguments {
    /// For each `?` in their order, or for `?1`, `?2` by their number.
    case positional([any Bindable])
    /// For `:name` by their name.
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

    /// The rows of a query, each through `read`, which must take what it needs from the row.
    func rows<Value>(_ sql: String, _ values: any Bindable..., read: (any Row) throws -> Value) throws -> [Value] {
        var result: [Value] = []
        try forEachRow(sql, .positional(values)) { row in
            result.append(try read(row))
            return false
        }
        return result
    }

    /// The first row of a query, or nil when it has none.
    func row<Value>(_ sql: String, _ values: any Bindable..., read: (any Row) throws -> Value) throws -> Value? {
        try row(sql, .positional(values), read: read)
    }

    /// The first row of a query with named parameters, or nil when it has none.
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

    /// Runs an `INSERT … RETURNING id` of one row, and returns that id.
    func insert(_ sql: String, named values: KeyValuePairs<String, any Bindable>) throws -> Int64 {
        guard let id = try row(sql, .named(values.map { ($0, $1) }), read: { try $0.id("id") }) else {
            throw DamagedValue("a new row has no id")
        }
        return id
    }

    /// Whether a query has any row.
    func hasRow(_ sql: String, _ values: any Bindable...) throws -> Bool {
        try row(sql, .positional(values), read: { _ in true }) ?? false
    }

    /// Each row of a query with named parameters in turn, without keeping any.
    func forEachRow(_ sql: String, named values: [(String, any Bindable)], body: (any Row) throws -> Void) throws {
        try forEachRow(sql, .named(values)) { row in
            try body(row)
            return false
        }
    }

    /// Each row of a query in turn, without keeping any.
    func forEachRow(_ sql: String, _ values: any Bindable..., body: (any Row) throws -> Void) throws {
        try forEachRow(sql, .positional(values)) { row in
            try body(row)
            return false
        }
    }
}
