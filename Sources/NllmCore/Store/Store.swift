/// The runs, cells and answers in their database file, and the only place where processes meet.
///
/// Its verbs are in the files beside this one. Each is one transaction; none spans an `await`.
public actor Store {
    /// The database file.
    public nonisolated let path: String
    let database: any Connection
    /// The database's folder; folders of runs below it are stored as relative paths.
    nonisolated let folder: String
    /// Whether the database and the runs' folders are private to their owner.
    nonisolated let isPrivate: Bool
    /// Whether the file is on a medium that cannot be written.
    nonisolated let isImmutable: Bool
    /// The open file, as found at its path.
    private nonisolated let identity: FileIdentity?
    /// The causes of the errors that were thrown; equal ones are kept once, so there are few.
    var troubles: [(error: NllmError, trouble: StorageTrouble)] = []
    private nonisolated let executor = BlockingExecutor(label: "store")

    /// SQLite blocks, so it has its own thread and never delays other tasks.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// How a database is opened.
    public enum Opening: Sendable {
        /// The file must exist.
        case existing
        /// The file is created if it does not exist, with its parent folders; an empty file is filled.
        case creating
    }

    /// Opens a database and migrates its schema.
    ///
    /// A private one is made private to its owner, and so are the folders of runs that are written from then on.
    public init(path: String, _ opening: Opening = .existing, isPrivate: Bool = false) throws(NllmError) {
        try self.init(path: path, opening, isPrivate: isPrivate, patience: Self.patience)
    }

    /// Opens a database, and waits at most this long for workers of older versions before it is migrated.
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

    /// Whether the path still leads to the open file; what is written to another one is lost with it.
    nonisolated var isInPlace: Bool { identity.map { !$0.hasLeft(path) } ?? true }

    /// A read-only connection, for long reads beside the actor.
    nonisolated func readOnlyConnection() throws -> SQLiteConnection {
        let database =
            isImmutable
            ? try SQLiteConnection(path: path, access: .immutable) : try SQLiteConnection(path: path, access: .readOnly)
        try database.execute("PRAGMA cache_size = -8000")
        guard isInPlace else { throw NllmError.lost(database: path) }
        return database
    }

    /// Runs one verb's transaction and words its errors.
    func transaction<Value>(_ body: () throws -> Value) throws(NllmError) -> Value {
        do {
            return try database.transaction(body)
        } catch {
            throw worded(error)
        }
    }

    /// Runs one verb's reads and words their errors.
    func reading<Value>(_ body: () throws -> Value) throws(NllmError) -> Value {
        do {
            return try database.snapshot(body)
        } catch {
            throw worded(error)
        }
    }

    /// Runs reads on a separate connection, on one state of the file, and words their errors.
    nonisolated func readingAside<Value>(_ body: (any Connection) throws -> Value) throws(NllmError) -> Value {
        do {
            let database = try readOnlyConnection()
            return try database.snapshot { try body(database) }
        } catch {
            throw Self.translate(error, path: path, opening: false)
        }
    }

    /// Reads the data of artifacts beside the actor.
    nonisolated func results() throws -> ResultReader { ResultReader(try readOnlyConnection(), in: folder) }

    /// Reads the data of artifacts on one state of the file, and words errors.
    nonisolated func readingResults<Value>(_ body: (ResultReader) throws -> Value) throws(NllmError) -> Value {
        try readingAside { database in try body(ResultReader(database, in: folder)) }
    }

    /// Moves the log's content into the database file as far as possible without waiting.
    func checkpoint() {
        _ = try? database.rows("PRAGMA wal_checkpoint(PASSIVE)") { _ in 0 }
    }

    /// Moves all of the log's content into the open file, whose path may lead to another one.
    ///
    /// The log file stays, and would be taken for that of any database that is put there.
    func abandon() {
        _ = try? database.rows("PRAGMA wal_checkpoint(TRUNCATE)") { _ in 0 }
    }
}
