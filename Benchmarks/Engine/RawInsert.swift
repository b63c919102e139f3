internal import CSQLite

/// The fastest that SQLite takes the same rows here, as a measure of the machine: through prepared statements, into
/// tables without checks, keys and indexes.
struct RawInsert {
    private let database: OpaquePointer?
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Opens a new file with the settings of a run's database.
    init(path: String) throws {
        var database: OpaquePointer?
        guard sqlite3_open(path, &database) == SQLITE_OK else { throw Failure() }
        self.database = database
        try execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000")
    }

    struct Failure: Error {}

    private func execute(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw Failure() }
    }

    func close() { sqlite3_close(database) }

    /// Inserts the rows that an enqueue makes of so many cells, in one transaction.
    func cells(_ count: Int) throws {
        let columns = "run_id, prompt_id, model_id, sample, key, status, live, attempts, tries, lease"
        try execute("CREATE TABLE cells (id INTEGER PRIMARY KEY, \(columns))")
        let key = [UInt8](repeating: 7, count: 32)
        try inserting("INSERT INTO cells (\(columns)) VALUES (1, ?, ?, 1, ?, 'pending', 1, 0, 0, 0)") { insertion in
            try execute("BEGIN")
            for cell in 0..<count {
                sqlite3_bind_int64(insertion, 1, Int64(cell / 10))
                sqlite3_bind_int64(insertion, 2, Int64(cell % 10))
                sqlite3_bind_blob(insertion, 3, key, Int32(key.count), Self.transient)
                try step(insertion)
            }
            try execute("COMMIT")
        }
    }

    /// Inserts the rows that the outcomes of so many cells make, one transaction per group.
    func outcomes(_ count: Int, group: Int) throws {
        try execute(
            """
            CREATE TABLE attempts (id INTEGER PRIMARY KEY, run_id, cell_id, number, worker_id, outcome, exit_code,
                started_at, finished_at, duration_ms, tokens_input, tokens_output, usage_details, cpu_ms);
            CREATE TABLE answers (attempt_id INTEGER PRIMARY KEY, text, stderr_tail, command);
            """)
        let answer = String(decoding: InstantExecutor.answer, as: UTF8.self)
        let messages = String(decoding: InstantExecutor.messages, as: UTF8.self)
        let command = #"["llm","prompt","-m","model-1","--no-stream","-u"]"#
        try inserting("INSERT INTO attempts VALUES (?, 1, ?, 1, 1, 'ok', 0, ?, ?, 12, 1234, 96, '{}', 3)") { attempts in
            try inserting("INSERT INTO answers VALUES (?, ?, ?, ?)") { answers in
                for start in stride(from: 0, to: count, by: group) {
                    try execute("BEGIN IMMEDIATE")
                    for cell in start..<min(count, start + group) {
                        for column: Int32 in 1...4 { sqlite3_bind_int64(attempts, column, Int64(cell)) }
                        try step(attempts)
                        sqlite3_bind_int64(answers, 1, Int64(cell))
                        for (column, text) in zip(Int32(2)..., [answer, messages, command]) {
                            sqlite3_bind_text(answers, column, text, -1, Self.transient)
                        }
                        try step(answers)
                    }
                    try execute("COMMIT")
                }
            }
        }
    }

    private func inserting(_ sql: String, _ body: (OpaquePointer?) throws -> Void) throws {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else { throw Failure() }
        defer { sqlite3_finalize(statement) }
        try body(statement)
    }

    private func step(_ statement: OpaquePointer?) throws {
        guard sqlite3_step(statement) == SQLITE_DONE else { throw Failure() }
        sqlite3_reset(statement)
    }
}
