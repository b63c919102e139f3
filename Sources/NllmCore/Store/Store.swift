/// The runs, cells and answers in their database file: the only meeting point of all processes.
///
/// Its verbs stand in the files beside this one. Each is one transaction; none spans an `await`.
public actor Store {
    /// The database file.
    public nonisolated let path: String
    let database: any Connection
    /// The folder of the database, below which folders of runs are kept relative to it.
    nonisolated let folder: String
    /// Whether the database and the runs' folders are for their owner alone.
    nonisolated let isPrivate: Bool
    /// Whether the file lies on a medium that can't be written.
    private nonisolated let isImmutable: Bool
    /// The file that is open, as it was found at its path.
    private nonisolated let identity: FileIdentity?
    /// What stood behind the errors that were thrown; equal ones are kept once, so they are few.
    var troubles: [(error: NllmError, trouble: StorageTrouble)] = []
    private nonisolated let executor = BlockingExecutor(label: "store")

    /// SQLite blocks, so it has a thread of its own and never holds up other tasks.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How a database is opened.
    public enum Opening: Sendable {
        /// The file must be there.
        case existing
        /// The file is made if it isn't there, with the folders that lead to it; an empty one is filled.
        case creating
    }

    /// Opens a database and brings its schema up to date.
    ///
    /// A private one is taken away from all other users, and so are the folders of runs that are written from then on.
    public init(path: String, _ opening: Opening = .existing, isPrivate: Bool = false) throws(NllmError) {
        try self.init(path: path, opening, isPrivate: isPrivate, patience: Self.patience)
    }

    /// Opens a database, and waits so long for workers of older versions before it is migrated.
    init(
        path: String, _ opening: Opening = .existing, isPrivate: Bool = false, patience: Duration
    ) throws(NllmError) {
        let path = AbsolutePath.resolve(path)
        self.path = path
        self.isPrivate = isPrivate
        let database = try Self.open(path: path, opening, patience: patience)
        self.database = database
        folder = database.folder
        if isPrivate { for file in [path, path + "-wal", path + "-shm"] { try PrivateFiles.restrict(file: file) } }
        isImmutable = database.access == .immutable
        identity = FileIdentity(path: path)
    }

    /// Whether the path still leads to the file that is open; what is written to another one is lost with it.
    nonisolated var isInPlace: Bool { identity.map { !$0.hasLeft(path) } ?? true }

    /// A connection that only reads, for long reads beside the actor.
    nonisolated func readOnlyConnection() throws -> SQLiteConnection {
        let database =
            isImmutable
            ? try SQLiteConnection(path: path, access: .immutable) : try SQLiteConnection(path: path, access: .readOnly)
        try database.execute("PRAGMA cache_size = -8000")
        guard isInPlace else { throw NllmError.lost(database: path) }
        return database
    }

    /// Runs one verb's transaction and words what goes wrong.
    func transaction<Value>(_ body: () throws -> Value) throws(NllmError) -> Value {
        do {
            return try database.transaction(body)
        } catch {
            throw worded(error)
        }
    }

    /// Runs one verb's reads and words what goes wrong.
    func reading<Value>(_ body: () throws -> Value) throws(NllmError) -> Value {
        do {
            return try database.snapshot(body)
        } catch {
            throw worded(error)
        }
    }

    /// Runs reads on a connection of their own, on one state of the file, and words what goes wrong.
    nonisolated func readingAside<Value>(_ body: (any Connection) throws -> Value) throws(NllmError) -> Value {
        do {
            let database = try readOnlyConnection()
            return try database.snapshot { try body(database) }
        } catch {
            throw Self.translate(error, path: path, opening: false)
        }
    }

    /// Reads what artifacts are made of, beside the actor.
    nonisolated func results() throws -> ResultReader { ResultReader(try readOnlyConnection(), in: folder) }

    /// Reads what artifacts are made of, on one state of the file, and words what goes wrong.
    nonisolated func readingResults<Value>(_ body: (ResultReader) throws -> Value) throws(NllmError) -> Value {
        try readingAside { database in try body(ResultReader(database, in: folder)) }
    }

    /// Moves what the log holds into the database file, as far as that goes without waiting for anyone.
    func checkpoint() {
        _ = try? database.rows("PRAGMA wal_checkpoint(PASSIVE)") { _ in 0 }
    }

    /// Moves all that the log holds into the open file, whose path may lead to another one.
    ///
    /// The log stays behind, and would be taken for that of whatever database is put there.
    func abandon() {
        _ = try? database.rows("PRAGMA wal_checkpoint(TRUNCATE)") { _ in 0 }
    }
}
