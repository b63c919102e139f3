internal import FoundationEssentials
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension Store {
    static func open(
        path: String, _ opening: Opening, patience: Duration
    ) throws(NllmError) -> SQLiteConnection {
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
            try whileBusy { try configure(database, path: path, opening, patience: patience) }
            return database
        } catch {
            let problem = translate(error, path: path, opening: true)
            if let database = try onReadOnlyMedium(path, after: problem) { return database }
            throw problem
        }
    }

    /// Creates a database, with its parent folders; on failure, everything created is removed again.
    private static func create(path: String) throws(NllmError) -> SQLiteConnection {
        let folders = FolderReservation()
        do {
            let parent = AbsolutePath.parent(path)
            if try !folders.make(parent) { try Directory.create(parent) }
            let database = try SQLiteConnection(path: path, access: .create)
            try whileBusy { try configure(database, path: path, .creating, patience: .zero) }
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

    /// Opens a file that cannot be opened in the usual way because nothing can be written beside it; nil if that is not
    /// the reason.
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

    /// Repeats what fails because others open the same new file: some of these steps do not wait by themselves.
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

    private static func configure(
        _ database: SQLiteConnection, path: String, _ opening: Opening, patience: Duration
    ) throws {
        // Checked first, because nothing may be changed in a file of another program.
        let current = try Migrations.isCurrent(database, path: path)
        if opening == .existing, try Migrations.isEmpty(database) { throw NllmError.notADatabase(path: path) }
        // A migration may have to recreate a table that others refer to.
        try database.execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = OFF;
            PRAGMA secure_delete = OFF;
            PRAGMA cache_size = -16000;
            PRAGMA journal_size_limit = 67108864;
            """)
        if !current { try migrate(database, path: path, patience: patience) }
        if try !Migrations.knowsFailureKinds(database) {
            try database.transaction { try Migrations.completeFailureKinds(database) }
        }
        try database.execute("PRAGMA foreign_keys = ON")
    }

    /// The longest wait for workers of older versions.
    static let patience = Duration.seconds(60)

    /// Migrates the schema once no worker of an older version is running, which would not understand it.
    private static func migrate(_ database: SQLiteConnection, path: String, patience: Duration) throws {
        let end = ContinuousClock.now + patience
        while let worker = try Migrations.apply(to: database, path: path) {
            guard .now < end else { throw NllmError.olderWorker(database: path, pid: worker.identity.pid) }
            usleep(250_000)
        }
    }
}
