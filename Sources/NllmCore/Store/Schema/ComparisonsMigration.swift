extension Migrations {
    /// Replaces the lists in the checks of cells and attempts by comparisons, which accept the same values.
    ///
    /// For a list of more than two values, SQLite fills a temporary index each time a statement writes to the table,
    /// which took half of a small update's time.
    static func compareInsteadOfListing(_ database: SQLiteConnection) throws {
        let checks = [
            "cells": [
                ("status", ["pending", "running", "ok", "error", "timeout", "cancelled"]),
                ("status", ["ok", "error", "timeout"]),
            ],
            "attempts": [("outcome", ["ok", "error", "timeout", "interrupted"])],
        ]
        try editSchema(of: ["cells", "attempts"], in: database) { table, schema in
            for (column, values) in checks[table] ?? [] {
                let quoted = values.map { "'\($0)'" }
                let list = "\(column) IN (\(quoted.joined(separator: ", ")))"
                guard let range = schema.firstRange(of: list) else { return false }
                // Each list stands in parentheses of its own.
                schema.replaceSubrange(range, with: quoted.map { "\(column) = \($0)" }.joined(separator: " OR "))
            }
            return true
        }
    }
}
