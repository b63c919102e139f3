import CSQLite
import Foundation

/// An SQLite file, read and changed with nothing of nllm-batch in between.
final class Database {
    /// What SQLite says, and of which statement.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let connection: OpaquePointer

    /// Opens a file, which is made if it is not there and that is wanted.
    ///
    /// - Throws: when the file can't be opened.
    init(_ path: String, isCreated: Bool = false) throws {
        var connection: OpaquePointer?
        // One that could not write would leave SQLite's log behind as the last to close.
        let flags = SQLITE_OPEN_READWRITE | (isCreated ? SQLITE_OPEN_CREATE : 0)
        let code = sqlite3_open_v2(path, &connection, flags, nil)
        guard code == SQLITE_OK, let connection else {
            sqlite3_close_v2(connection)
            throw Failure(description: "\(path): \(String(cString: sqlite3_errstr(code)))")
        }
        self.connection = connection
        sqlite3_busy_timeout(connection, 60_000)
    }

    deinit { sqlite3_close_v2(connection) }

    /// Runs statements that give no rows.
    func run(_ sql: String) throws {
        guard sqlite3_exec(connection, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
    }

    /// The rows of a query, each with a text for every value; for NULL that is empty.
    func rows(_ sql: String) throws -> [[String]] {
        try run("PRAGMA query_only = ON")
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(connection, sql, -1, &statement, nil) == SQLITE_OK else { throw failure(sql) }
        defer { sqlite3_finalize(statement) }
        var rows: [[String]] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append((0..<sqlite3_column_count(statement)).map { Self.text(statement, $0) })
            case SQLITE_DONE: return rows
            default: throw failure(sql)
            }
        }
    }

    private static func text(_ statement: OpaquePointer?, _ column: Int32) -> String {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_NULL: return ""
        case SQLITE_FLOAT: return "\(sqlite3_column_double(statement, column))"
        case SQLITE_BLOB:
            return bytes(sqlite3_column_blob(statement, column), statement, column)
                .map { String(format: "%02x", $0) }.joined()
        default:
            return String(
                decoding: bytes(sqlite3_column_text(statement, column), statement, column), as: UTF8.self)
        }
    }

    private static func bytes(
        _ start: UnsafeRawPointer?, _ statement: OpaquePointer?, _ column: Int32
    ) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
    }

    private func failure(_ sql: String) -> Failure {
        Failure(description: "\(String(cString: sqlite3_errmsg(connection))): \(sql)")
    }
}

extension Batch {
    /// The rows of a query, each with a text for every value; for NULL that is empty.
    func query(_ sql: String, database: String = "nllm-runs/batch.db") throws -> [[String]] {
        try Database(directory + "/" + database).rows(sql)
    }

    /// Runs statements on an SQLite file, which is made if it isn't there.
    func execute(_ sql: String, in database: String) throws {
        try Database(directory + "/" + database, isCreated: true).run(sql)
    }
}
