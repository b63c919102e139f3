extension Migrations {
    /// Edits the checks in tables' schemas.
    ///
    /// Stored values do not change, so only the schema's text is edited, in the way that SQLite's manual describes for
    /// checks: copying all rows would take long and double the file.
    ///
    /// - Parameters:
    ///   - tables: the tables' names.
    ///   - database: the database.
    ///   - edit: receives a table's name and the text of its schema; returns false if that is not as it was made.
    /// - Throws: if a schema cannot be edited.
    static func editSchema(
        of tables: [String], in database: SQLiteConnection, _ edit: (String, inout String) -> Bool
    ) throws {
        try database.execute("PRAGMA writable_schema = ON")
        defer { try? database.execute("PRAGMA writable_schema = OFF") }
        for table in tables {
            let schema = try database.row("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", table) {
                try $0.text("sql")
            }
            guard var schema, edit(table, &schema) else { throw DamagedValue("table \(table) is not as it was made") }
            try database.run("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", schema, table)
        }
        // Makes every connection reload the schema.
        let version = try database.row("PRAGMA schema_version") { try $0.int("schema_version") } ?? 0
        try database.execute("PRAGMA schema_version = \(version + 1)")
    }
}
