internal import FoundationEssentials
internal import SystemPackage

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
        let path = AbsolutePath.resolve(path)
        self.path = path
        self.isPrivate = isPrivate
        let database = try Self.open(path: path, opening)
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

    private static func open(path: String, _ opening: Opening) throws(NllmError) -> SQLiteConnection {
        switch DatabaseFile.kind(path) {
        case .regular: break
        case .missing where opening == .creating: return try create(path: path)
        case .missing: throw .noDatabase(path: path)
        case .directory: throw .unreadableDatabase(path: path, reason: "is a directory")
        case .other: throw .unreadableDatabase(path: path, reason: "not a regular file")
        case .unknown(let code) where opening == .creating:
            throw .cannotCreate(path: path, reason: FileError(Errno(rawValue: code), path: path).reason)
        case .unknown(let code):
            throw .unreadableDatabase(path: path, reason: FileError(Errno(rawValue: code), path: path).reason)
        }
        do {
            let database = try SQLiteConnection(path: path, access: .readWrite)
            try whileBusy { try configure(database, path: path, opening) }
            return database
        } catch {
            let problem = translate(error, path: path, opening: true)
            if let database = try onReadOnlyMedium(path, after: problem) { return database }
            throw problem
        }
    }

    /// Makes a database, with the folders that lead to it; what was made is removed again if that fails.
    private static func create(path: String) throws(NllmError) -> SQLiteConnection {
        let folders = FolderReservation()
        do {
            let parent = AbsolutePath.parent(path)
            if try !folders.make(parent) { try Directory.create(parent) }
            let database = try SQLiteConnection(path: path, access: .create)
            try whileBusy { try configure(database, path: path, .creating) }
            return database
        } catch {
            let problem = creationFailure(error, path: path)
            DatabaseFile.removeIfNew(path)
            folders.undo()
            throw problem
        }
    }

    private static func creationFailure(_ error: any Error, path: String) -> NllmError {
        if let error = error as? NllmError {
            if case .inputOutput(let what, let reason) = error { return .cannotCreate(path: what, reason: reason) }
            return error
        }
        do throws(NllmError) {
            try Directory.checkWritable(AbsolutePath.parent(path), for: path)
        } catch {
            return error
        }
        if let error = error as? DatabaseError, error.located(at: path).isOutOfSpace {
            return .cannotCreate(path: path, reason: FileError(Errno.noSpace, path: path).reason)
        }
        switch translate(error, path: path, opening: true) {
        case .unreadableDatabase(_, let reason): return .cannotCreate(path: path, reason: reason)
        case let problem: return problem
        }
    }

    /// Opens a file that can't be opened the usual way because nothing can be written beside it; nil if that is not why.
    private static func onReadOnlyMedium(_ path: String, after problem: NllmError) throws(NllmError)
        -> SQLiteConnection?
    {
        switch problem {
        case .unreadableDatabase, .cannotCreate: break
        default: return nil
        }
        do {
            try Directory.checkWritable(AbsolutePath.parent(path), for: path)
            return nil
        } catch {
            let log = (try? FileManager.default.attributesOfItem(atPath: path + "-wal"))?[.size] as? Int
            guard log ?? 0 == 0 else { return nil }
        }
        do {
            let database = try SQLiteConnection(path: path, access: .immutable)
            return try Migrations.isCurrent(database, path: path) ? database : nil
        } catch {
            throw translate(error, path: path, opening: true)
        }
    }

    /// Repeats what fails because others open the same new file: some steps of that do not wait by themselves.
    private static func whileBusy(_ body: () throws -> Void) throws {
        for _ in 1..<SQLiteConnection.busyTries {
            do {
                return try body()
            } catch let error as DatabaseError where error.kind == .busy {
                SQLiteConnection.pause()
            }
        }
        try body()
    }

    private static func configure(_ database: SQLiteConnection, path: String, _ opening: Opening) throws {
        // Asked first, because nothing may be changed in a file that is not ours.
        let current = try Migrations.isCurrent(database, path: path)
        if opening == .existing, try Migrations.isEmpty(database) { throw NllmError.notADatabase(path: path) }
        // A migration may have to make a table anew that others refer to.
        try database.execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = OFF;
            PRAGMA secure_delete = OFF;
            PRAGMA cache_size = -16000;
            PRAGMA journal_size_limit = 67108864;
            """)
        if !current { try Migrations.apply(to: database, path: path) }
        try database.execute("PRAGMA foreign_keys = ON")
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

    /// What an error of SQLite means to a user.
    static func translate(_ error: any Error, path: String, opening: Bool) -> NllmError {
        if let error = error as? NllmError { return error }
        if let damaged = error as? DamagedValue { return .alteredDatabase(path: path, reason: damaged.reason) }
        let name = "database \(path)"
        // A text of a sound database was written by this program.
        if error is JSONError { return .damaged(path: path) }
        guard let error = (error as? DatabaseError)?.located(at: path) else {
            return .inputOutput(what: name, reason: ErrorText.reason(error))
        }
        if error.isOutOfSpace {
            return .inputOutput(what: name, reason: "the disk is full; free some space and run the same command again")
        }
        switch error.kind {
        case .damaged:
            return !opening || DatabaseFile.isOurs(path) ? .damaged(path: path) : .notADatabase(path: path)
        // A table is missing, or not as it was made.
        case .statement where opening: return .damaged(path: path)
        case .busy: return .busy(database: path)
        case .outOfMemory: return .inputOutput(what: name, reason: "out of memory")
        case .cannotOpen where opening: return .unreadableDatabase(path: path, reason: error.reason)
        case .readOnly, .moved: return .cannotCreate(path: path, reason: error.reason)
        case .constraint:
            // What follows is a part of the schema.
            let kind = error.message.prefix { $0 != ":" }
            return .inputOutput(
                what: name, reason: "a change does not fit what is there (\(kind)); was it edited by hand?")
        default: return .inputOutput(what: name, reason: error.reason)
        }
    }
}

extension DatabaseError {
    /// The same with the true reason where a file could not be made beside the database.
    fileprivate func located(at path: String) -> DatabaseError {
        guard kind == .cannotOpen, let code = DatabaseFile.obstacleToFiles(beside: path) else { return self }
        var error = self
        error.systemCode = code
        return error
    }

    /// Whether there is no room for more, be it for bytes or for files.
    fileprivate var isOutOfSpace: Bool {
        kind == .full || [Errno.noSpace, .diskQuotaExceeded].contains { $0.rawValue == systemCode }
    }

    /// The system's words where it refused something, else SQLite's.
    fileprivate var reason: String {
        systemCode == 0 ? message : FileError(Errno(rawValue: systemCode), path: "").reason
    }
}
