extension Migrations {
    static let failureKinds = """
        -- The kinds of failures, in place of a check that could not be changed.
        CREATE TABLE failure_kinds (name TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
        """

    /// Makes the columns with a kind refer to the table.
    ///
    /// Stored values do not change, so only the schema's text is edited, in the way that SQLite's manual describes for
    /// checks: copying all attempts would take long and double the file.
    static func referToFailureKinds(_ database: SQLiteConnection) throws {
        try completeFailureKinds(database)
        try database.execute("PRAGMA writable_schema = ON")
        defer { try? database.execute("PRAGMA writable_schema = OFF") }
        for (table, column) in [("attempts", "failure_kind"), ("models", "paused_kind")] {
            let schema = try database.row("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", table) {
                try $0.text("sql")
            }
            let opening = "CHECK (\(column) IN ("
            guard var schema, let start = schema.firstRange(of: opening),
                let end = schema[start.upperBound...].firstRange(of: "))")
            else { throw DamagedValue("table \(table) is not as it was made") }
            schema.replaceSubrange(start.lowerBound..<end.upperBound, with: "REFERENCES failure_kinds (name)")
            try database.run("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = ?", schema, table)
        }
        // Makes every connection reload the schema.
        let version = try database.row("PRAGMA schema_version") { try $0.int("schema_version") } ?? 0
        try database.execute("PRAGMA schema_version = \(version + 1)")
    }

    /// Adds the kinds that this version knows and the database does not.
    static func completeFailureKinds(_ database: SQLiteConnection) throws {
        for kind in FailureKind.allCases {
            try database.run("INSERT INTO failure_kinds (name) VALUES (?) ON CONFLICT DO NOTHING", kind)
        }
    }

    /// Whether the database knows all kinds of failures of this version.
    static func knowsFailureKinds(_ database: SQLiteConnection) throws -> Bool {
        let known = Set(try database.rows("SELECT name FROM failure_kinds") { try $0.text("name") })
        return FailureKind.allCases.allSatisfy { known.contains($0.rawValue) }
    }
}
