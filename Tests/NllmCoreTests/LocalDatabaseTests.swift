import Testing

@testable import NllmCore

/// That a failing database on this machine is told from a provider that says the same words.
@Suite struct LocalDatabaseTests {
    private static func traceback(_ last: String, frame: String = "/x/llm/cli.py\", line 800, in prompt") -> String {
        "Traceback (most recent call last):\n  File \"\(frame)\n    migrate(db)\n\(last)\n"
    }

    static let local = [
        traceback(#"sqlite3.OperationalError: table "fragments" already exists"#),
        traceback("sqlite3.OperationalError: duplicate column name: reasoning"),
        traceback("sqlite3.OperationalError: no such table: logs"),
        traceback("sqlite3.DatabaseError: file is not a database"),
        traceback("sqlite3.DatabaseError: database disk image is malformed"),
        traceback("sqlite3.OperationalError: unable to open database file"),
        traceback("sqlite3.OperationalError: attempt to write a readonly database"),
        traceback("sqlite3.OperationalError: disk I/O error"),
        traceback("sqlite3.OperationalError: database or disk is full"),
        traceback("sqlite3.IntegrityError: UNIQUE constraint failed: _llm_migrations.name"),
        traceback("sqlite_utils.db.AlterError: table 'schemas' does not exist"),
        traceback(
            "AssertionError: Cannot transform a table that doesn't exist yet",
            frame: "/x/llm/migrations.py\", line 50, in m002_id_primary_key"),
        traceback(
            "PermissionError: [Errno 13] Permission denied: '/x'", frame: "/x/llm/__init__.py\", line 1, in user_dir"),
        // Reasoning stands before it, whatever that says.
        "Error: let me think\n" + traceback("sqlite3.OperationalError: database is locked"),
        "Error: database is locked\n", "Error: no such table: schemas", "Error: table fragments already exists",
        "Error: database disk image is malformed", "Error: attempt to write a readonly database",
    ]

    @Test(arguments: local)
    func aDatabaseOnThisMachineIsNeverTheProvider(stderr: String) {
        #expect(FailureClassifier.isLocalDatabase(stderr: stderr))
        #expect(FailureClassifier().failure(code: 1, stderr: stderr).kind == .locked)
    }

    static let remote: [(stderr: String, kind: FailureKind)] = [
        ("Error: Error code: 500 - {'error': {'message': 'sqlite3.OperationalError: database is locked'}}", .server),
        ("Error: Error code: 400 - no such table: users", .request),
        ("Error: sqlite3.OperationalError: no such table: users", .server),
        ("Error: upstream failed\nsqlite3.OperationalError: database is locked", .server),
        ("Error: the table fragments already exists in your account", .server),
        ("Error: no such table: users in your workspace", .server),
        ("Error: Connection error.\n", .network),
        ("I think the database is locked.\nduplicate column name: x\nError: Request timed out.", .timeout),
        ("no such table: a\nTraceback (most recent call last):\n  File \"x\"\nValueError: odd", .server),
    ]

    @Test(arguments: remote)
    func aProviderMaySayTheSameWords(stderr: String, kind: FailureKind) {
        #expect(!FailureClassifier.isLocalDatabase(stderr: stderr))
        #expect(FailureClassifier().failure(code: 1, stderr: stderr).kind == kind)
    }

    @Test func theClassStandsAboveTheWords() {
        let failed = ProviderError(name: "sqlite3.OperationalError", bases: ["DatabaseError", "Error"])
        #expect(FailureClassifier().failure(code: 1, stderr: "Error: odd words", error: failed).kind == .locked)
        for name in ["openai.APIError", "sqlite3", "my.sqlite3.Error", "builtins.ValueError"] {
            let error = ProviderError(name: name)
            let failure = FailureClassifier().failure(code: 1, stderr: "Error: database is locked", error: error)
            #expect(failure.kind == .server, "\(name)")
        }
    }

    @Test func aFlawSaysWhatItIsAndHowToHealIt() {
        let place = "/nowhere/a folder/logs.db"
        let locked = LogFlaw(path: place, detail: "database is locked", isFixable: false)
        #expect(locked.error == .busy(database: place))
        let full = LogFlaw(path: place, detail: "database or disk is full", isFixable: false)
        #expect(
            full.error.description
                == "llm's log \(place) cannot be used (database or disk is full); free some space on its disk")
        let closed = LogFlaw(path: place, detail: "attempt to write a readonly database", isFixable: false)
        #expect(closed.error.description.hasSuffix("or name another folder with LLM_USER_PATH"))
    }
}
