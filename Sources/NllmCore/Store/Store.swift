internal import CSQLite
internal import FoundationEssentials

/// The runs, cells and answers in their database file: the only meeting point of all processes.
///
/// Its verbs stand in the files beside this one. Each is one transaction; none spans an `await`.
public actor Store {
    /// The database file.
    public nonisolated let path: String
    let database: Database
    /// Whether the database and the runs' folders are for their owner alone.
    nonisolated let isPrivate: Bool
    /// Whether the file lies on a medium that can't be written.
    private nonisolated let isImmutable: Bool
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
        database = try Self.open(path: path, opening)
        if isPrivate { for file in [path, path + "-wal", path + "-shm"] { try PrivateFiles.restrict(file: file) } }
        isImmutable = database.access == .immutable
    }

    /// A connection that only reads, for long reads beside the actor.
    nonisolated func readOnlyConnection() throws -> Database {
        let database =
            isImmutable
            ? try Database(path: path, access: .immutable) : try Database(path: path, access: .readOnly)
        try database.execute("PRAGMA cache_size = -8000")
        return database
    }

    private static func open(path: String, _ opening: Opening) throws(NllmError) -> Database {
        var isDirectory = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        guard !isDirectory else { throw .unreadableDatabase(path: path, reason: "is a directory") }
        if let status = FileStatus(path, followingLinks: true), status.kind != .regular {
            throw .unreadableDatabase(path: path, reason: "not a regular file")
        }
        if !exists {
            guard opening == .creating else { throw .noDatabase(path: path) }
            try RunFolder.create(directory: AbsolutePath.parent(path))
        }
        do {
            let database = try Database(path: path, access: exists ? .readWrite : .create)
            try whileBusy { try configure(database, path: path, opening) }
            return database
        } catch {
            let problem = translate(error, path: path, opening: true)
            if exists, let database = try onReadOnlyMedium(path, after: problem) { return database }
            if !exists {
                try RunFolder.checkWritable(directory: AbsolutePath.parent(path), for: path)
                removeIfEmpty(path)
            }
            throw problem
        }
    }

    /// Opens a file that can't be opened the usual way because nothing can be written beside it; nil if that is not why.
    private static func onReadOnlyMedium(_ path: String, after problem: NllmError) throws(NllmError) -> Database? {
        switch problem {
        case .unreadableDatabase, .cannotCreate: break
        default: return nil
        }
        do {
            try RunFolder.checkWritable(directory: AbsolutePath.parent(path), for: path)
            return nil
        } catch {
            let log = (try? FileManager.default.attributesOfItem(atPath: path + "-wal"))?[.size] as? Int
            guard log ?? 0 == 0 else { return nil }
        }
        do {
            let database = try Database(path: path, access: .immutable)
            return try Migrations.isCurrent(database, path: path) ? database : nil
        } catch {
            throw translate(error, path: path, opening: true)
        }
    }

    /// Removes the file that SQLite has made and then found no room to fill.
    private static func removeIfEmpty(_ path: String) {
        let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
        if size == 0 { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Repeats what fails because others open the same new file: some steps of that do not wait by themselves.
    private static func whileBusy(_ body: () throws -> Void) throws {
        for _ in 1..<Database.busyTries {
            do {
                return try body()
            } catch let error as DatabaseError where error.primaryCode == SQLITE_BUSY {
                Database.pause()
            }
        }
        try body()
    }

    private static func configure(_ database: Database, path: String, _ opening: Opening) throws {
        // Asked first, because nothing may be changed in a file that is not ours.
        let current = try Migrations.isCurrent(database, path: path)
        if opening == .existing, try Migrations.isEmpty(database) { throw NllmError.notADatabase(path: path) }
        try database.execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            PRAGMA secure_delete = OFF;
            PRAGMA cache_size = -16000;
            PRAGMA journal_size_limit = 67108864;
            """)
        if !current { try Migrations.apply(to: database, path: path) }
    }

    /// Runs one verb's transaction and words what goes wrong.
    func transaction<Value>(_ body: () throws -> Value) throws(NllmError) -> Value {
        do {
            return try database.transaction(body)
        } catch {
            throw Self.translate(error, path: path, opening: false)
        }
    }

    /// Runs one verb's reads and words what goes wrong.
    func reading<Value>(_ body: () throws -> Value) throws(NllmError) -> Value {
        do {
            return try database.snapshot(body)
        } catch {
            throw Self.translate(error, path: path, opening: false)
        }
    }

    /// Moves what the log holds into the database file, as far as that goes without waiting for anyone.
    func checkpoint() {
        _ = try? database.rows("PRAGMA wal_checkpoint(PASSIVE)") { _ in 0 }
    }

    /// What an error of SQLite means to a user.
    static func translate(_ error: any Error, path: String, opening: Bool) -> NllmError {
        if let error = error as? NllmError { return error }
        if let damaged = error as? DamagedValue { return .damagedDatabase(path: path, reason: damaged.reason) }
        guard let error = error as? DatabaseError else {
            return .inputOutput(what: "database \(path)", reason: String(describing: error))
        }
        switch error.primaryCode {
        case SQLITE_NOTADB, SQLITE_CORRUPT: return .notADatabase(path: path)
        case SQLITE_FULL:
            return .inputOutput(
                what: "database \(path)", reason: "the disk is full; free some space and run the same command again")
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy(database: path)
        case SQLITE_CANTOPEN where opening: return .unreadableDatabase(path: path, reason: error.message)
        case SQLITE_PERM, SQLITE_READONLY: return .cannotCreate(path: path, reason: error.message)
        case SQLITE_IOERR: return .inputOutput(what: "database \(path)", reason: error.message)
        default: return .inputOutput(what: "database \(path)", reason: error.description)
        }
    }
}

extension Date {
    /// Milliseconds since 1970, as the database keeps times.
    var milliseconds: Int { Int(exactly: (timeIntervalSince1970 * 1000).rounded(.down)) ?? 0 }

    init(milliseconds: Int) {
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}
