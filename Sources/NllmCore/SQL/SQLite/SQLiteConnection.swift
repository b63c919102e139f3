internal import CSQLite

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A connection to an SQLite file, for one task at a time.
///
/// Statements are prepared once and kept. It waits for a busy database in short random sleeps, because SQLite's own
/// timeout doubles its sleeps and starves some of the waiting connections.
final class SQLiteConnection: Connection {
    enum Access {
        case readOnly, readWrite, create
        /// The file is on a medium that cannot be written, and no other process writes it either.
        case immutable
    }

    /// The number of tries after which the busy handler gives up on a lock, about a minute.
    static let busyTries: Int32 = 100_000

    /// SQLite would count every allocation under a global lock; only the first connection can change that.
    private static let stopsCountingMemory = csqlite_stop_counting_memory() == SQLITE_OK

    let access: Access
    /// The path of the file as given; empty for a private database.
    let path: String
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    /// Opens the file at that path; an empty path opens a private database on disk that is removed with the connection.
    init(path: String, access: Access) throws(DatabaseError) {
        let flags =
            switch access {
            case .readOnly: SQLITE_OPEN_READONLY
            case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            // Other databases are attached by a URI.
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI
            case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI
            }
        _ = Self.stopsCountingMemory
        var handle: OpaquePointer?
        let name = access == .immutable ? Self.uri(path, "immutable=1") : path
        let code = sqlite3_open_v2(name, &handle, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let handle else {
            let error =
                handle.map(DatabaseError.init(of:))
                ?? DatabaseError(sqlite: code)
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
        self.access = access
        self.path = path
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_handler(
            handle,
            { _, tries in
                guard tries < SQLiteConnection.busyTries else { return 0 }
                SQLiteConnection.pause()
                return 1
            }, nil)
    }

    /// Makes a lock that is held elsewhere an error at once.
    func stopWaiting() { sqlite3_busy_handler(handle, nil, nil) }

    /// Sleeps for a random 0.1 to 1 ms, so that no waiting writer is always too late.
    static func pause() { usleep(UInt32.random(in: 100...1000)) }

    /// The URI of a file, with a parameter such as `mode=ro`.
    static func uri(_ path: String, _ parameter: String) -> String {
        let escaped = path.replacing("%", with: "%25").replacing("?", with: "%3f").replacing("#", with: "%23")
        return "file:\(escaped)?\(parameter)"
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// The file's directory; if the path is a link to a file, the directory of that file.
    private(set) lazy var folder = AbsolutePath.parent(
        FileStatus(path)?.kind == .link ? AbsolutePath.real(path) : path)

    func execute(_ sql: String) throws(DatabaseError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw DatabaseError(of: handle) }
    }

    @discardableResult
    func run(_ sql: String, _ values: SQLArguments) throws(DatabaseError) -> Int {
        let statement = try prepare(sql, values)
        defer { statement.reset() }
        while try statement.step() {}
        return Int(sqlite3_changes64(handle))
    }

    func forEachRow(_ sql: String, _ values: SQLArguments, until body: (any Row) throws -> Bool) throws {
        let statement = try prepare(sql, values)
        defer { statement.reset() }
        while try statement.step(), try !body(statement) {}
        // A statement that changes something is always run to completion.
        if !statement.onlyReads { while try statement.step() {} }
    }

    func statement(_ sql: String) throws(DatabaseError) -> any Statement { try prepare(sql, .positional([])) }

    func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        try run("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try run("COMMIT")
            return value
        } catch {
            // SQLite has already rolled back after some errors, such as a full disk; then this fails, and has no
            // effect.
            _ = try? run("ROLLBACK")
            throw error
        }
    }

    /// Copies one state of the whole file into another database, unaffected by concurrent writes.
    func backUp(to other: SQLiteConnection) throws(DatabaseError) {
        guard let backup = sqlite3_backup_init(other.handle, "main", handle, "main") else {
            throw DatabaseError(of: other.handle)
        }
        var code = SQLITE_OK
        for _ in 1...Self.busyTries {
            // All pages in one step are from one state, and no other connection waits for a reader.
            code = sqlite3_backup_step(backup, -1)
            guard code == SQLITE_BUSY || code == SQLITE_LOCKED else { break }
            Self.pause()
        }
        sqlite3_backup_finish(backup)
        guard code == SQLITE_DONE else {
            throw DatabaseError(sqlite: code)
        }
    }

    func snapshot<Value>(_ body: () throws -> Value) throws -> Value {
        try run("BEGIN")
        defer { _ = try? run("ROLLBACK") }
        return try body()
    }

    private func prepare(_ sql: String, _ values: SQLArguments) throws(DatabaseError) -> SQLiteStatement {
        if let known = statements[sql], !known.isBusy {
            try known.bind(values)
            return known
        }
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil) == SQLITE_OK,
            let prepared
        else { throw DatabaseError(of: handle) }
        let statement = SQLiteStatement(prepared)
        if statements[sql] == nil { statements[sql] = statement }
        try statement.bind(values)
        return statement
    }
}
