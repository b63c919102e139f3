internal import FoundationEssentials

/// The schema's history.
///
/// A released migration is never edited; a change is a new migration at the end.
enum Migrations {
    /// Marks a file as a database of this program: `NLLB`.
    static let applicationID = 0x4E4C_4C42

    static let all: [(name: String, sql: String)] = [
        ("0001-runs-and-cells", runsAndCells), ("0002-arguments-and-costs", argumentsAndCosts),
        ("0003-resources", resources), ("0004-limits", limits),
        ("0005-refusals-and-clocks", refusalsAndClocks), ("0006-relative-folders", relativeFolders),
        ("0007-files", files), ("0008-failure-kinds", failureKinds), ("0009-comparisons", ""),
        ("0010-blocked-runs", blockedRuns), ("0011-results", results),
        ("0012-conversations", conversations), ("0013-evaluations", evaluations),
        ("0014-nights", nights),
    ]

    /// Steps that SQL alone cannot do, by the migration's name; they run after its SQL.
    private static let steps: [String: @Sendable (SQLiteConnection) throws -> Void] = [
        "0006-relative-folders": makeFoldersRelative, "0008-failure-kinds": referToFailureKinds,
        "0009-comparisons": compareInsteadOfListing,
    ]

    /// Migrates the database to the newest schema in one transaction.
    ///
    /// - Returns: a running worker of an older version, which would not understand the new schema, so that nothing was
    ///   changed; nil if the schema is up to date now.
    static func apply(to database: SQLiteConnection, path: String) throws -> WorkerRow? {
        if try isCurrent(database, path: path) { return nil }
        return try database.transaction {
            // Another process may have migrated it while this one waited for the lock.
            let known = try isEmpty(database) ? [] : Set(names(database))
            guard !all.allSatisfy({ known.contains($0.name) }) else { return nil }
            if !known.isEmpty, let worker = try livingWorker(in: database) { return worker }
            try database.execute(
                """
                PRAGMA application_id = \(applicationID);
                CREATE TABLE IF NOT EXISTS migrations (
                    name TEXT PRIMARY KEY NOT NULL,
                    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
                ) STRICT;
                """)
            for migration in all where !known.contains(migration.name) {
                try database.execute(migration.sql)
                try steps[migration.name]?(database)
                try database.run("INSERT INTO migrations (name) VALUES (?)", migration.name)
            }
            return nil
        }
    }

    private static func livingWorker(in database: SQLiteConnection) throws -> WorkerRow? {
        let observer = WorkerIdentity.current()
        let now = Date()
        return try database.rows("SELECT * FROM workers WHERE ended_at IS NULL", read: WorkerRow.init).first {
            !$0.isGone(seenFrom: observer) && !$0.seemsSilent(now: now)
        }
    }

    /// Whether the schema is up to date; throws if the file is not this program's, or is newer than this program.
    static func isCurrent(_ database: SQLiteConnection, path: String) throws -> Bool {
        // In one state of the file, because another process may be creating it.
        try database.snapshot {
            let identity = try database.row("PRAGMA application_id") { try $0.int("application_id") }
            if try isEmpty(database) {
                // The mark is written together with the tables.
                if identity == applicationID { throw NllmError.damaged(path: path) }
                return false
            }
            guard identity == applicationID else { throw NllmError.notADatabase(path: path) }
            let recorded = try names(database)
            let unknown = recorded.filter { name in !all.contains { $0.name == name } }
            guard unknown.isEmpty else { throw NllmError.newerDatabase(path: path, unknown: unknown) }
            return recorded.count == all.count
        }
    }

    /// Whether the file has no content at all.
    static func isEmpty(_ database: SQLiteConnection) throws -> Bool {
        try database.row("SELECT count(*) AS n FROM sqlite_schema") { try $0.int("n") } == 0
    }

    private static func names(_ database: SQLiteConnection) throws -> [String] {
        try database.rows("SELECT name FROM migrations ORDER BY name") { row in
            try row.text("name")
        }
    }
}
