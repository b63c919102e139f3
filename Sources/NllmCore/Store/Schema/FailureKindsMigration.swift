extension Migrations {
    static let failureKinds = """
        -- The kinds of failures, in place of a check that could not be changed.
        CREATE TABLE failure_kinds (name TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
        """

    /// Makes the columns with a kind refer to the table.
    static func referToFailureKinds(_ database: SQLiteConnection) throws {
        try completeFailureKinds(database)
        try editSchema(of: ["attempts", "models"], in: database) { table, schema in
            let opening = "CHECK (\(table == "attempts" ? "failure_kind" : "paused_kind") IN ("
            guard let start = schema.firstRange(of: opening),
                let end = schema[start.upperBound...].firstRange(of: "))")
            else { return false }
            schema.replaceSubrange(start.lowerBound..<end.upperBound, with: "REFERENCES failure_kinds (name)")
            return true
        }
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
