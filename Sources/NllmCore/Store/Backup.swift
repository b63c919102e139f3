internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension Store {
    /// Copies the database as it is at one moment, even while workers write.
    ///
    /// The copy appears whole or not at all, with the permissions of the database. An existing file is replaced only if
    /// it is a database of this program that nobody has open.
    ///
    /// - Parameter file: the copy's path.
    /// - Returns: its absolute path.
    /// - Throws: if the file must not be replaced or cannot be written.
    public nonisolated func backUp(to file: String) throws(NllmError) -> String {
        let target = AbsolutePath.resolve(file)
        try checkReplaceable(target)
        let temporary = AbsolutePath.parent(target) + "/." + AbsolutePath.name(target) + ".tmp"
        try makeEmpty(temporary, for: target)
        defer { for ending in ["", "-journal", "-wal", "-shm"] { unlink(temporary + ending) } }
        do {
            try copy(to: temporary)
        } catch {
            throw Self.translate(error, path: target, opening: false)
        }
        // Nothing of the old one may remain that SQLite would take as part of the new one.
        try settle(target)
        guard rename(temporary, target) == 0 else { throw Self.cannotCreate(target, errno) }
        return target
    }

    private nonisolated func copy(to path: String) throws {
        let copy = try SQLiteConnection(path: path, access: .readWrite)
        try copy.execute("PRAGMA journal_mode = OFF")
        try readOnlyConnection().backUp(to: copy)
        // Nobody works on the copy: its cells that run are free, and who takes them ends nobody's processes.
        try copy.run("UPDATE workers SET ended_at = heartbeat_at WHERE ended_at IS NULL")
        try copy.run("DELETE FROM limits")
        // A single file, which can be read anywhere.
        try copy.execute("PRAGMA journal_mode = DELETE")
        let problems = try copy.rows("PRAGMA quick_check(1)") { try $0.text("quick_check") }.filter { $0 != "ok" }
        guard problems.isEmpty else { throw DamagedValue(problems.joined(separator: "; ")) }
        let descriptor = try FileDescriptor.open(path, .readWrite, options: .closeOnExec)
        defer { try? descriptor.close() }
        fsync(descriptor.rawValue)
    }

    /// Creates a new file with the permissions of the database.
    private nonisolated func makeEmpty(_ temporary: String, for target: String) throws(NllmError) {
        if unlink(temporary) != 0, errno != ENOENT { throw Self.cannotCreate(target, errno) }
        let mode = isPrivate ? PrivateFiles.fileMode : FileStatus(path, followingLinks: true)?.mode ?? 0o600
        do {
            let made = try FileDescriptor.open(
                temporary, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: FilePermissions(rawValue: mode & 0o666))
            try made.close()
        } catch {
            throw Self.cannotCreate(target, (error as? Errno ?? .ioError).rawValue)
        }
    }

    private nonisolated func checkReplaceable(_ target: String) throws(NllmError) {
        guard let status = FileStatus(target) else { return }
        func refusal(_ reason: String) -> NllmError { .backupRefused(path: target, reason: reason) }
        switch status.kind {
        case .regular: break
        case .directory: throw refusal("is a directory")
        case .link: throw refusal("is a link")
        case .other: throw refusal("is not a regular file")
        }
        if let own = FileStatus(path, followingLinks: true), own.isSame(as: status) {
            throw refusal("is the database itself")
        }
        let isOurs: Bool
        do {
            let database = try SQLiteConnection(path: target, access: .readOnly)
            let identity = try database.row("PRAGMA application_id") { try $0.int("application_id") }
            isOurs = identity == Migrations.applicationID
        } catch {
            isOurs = false
        }
        guard isOurs else { throw refusal("is not an nllm-batch database") }
    }

    /// Merges the files beside an earlier copy into it, so that it is replaced as a whole.
    private nonisolated func settle(_ target: String) throws(NllmError) {
        guard FileStatus(target) != nil else { return }
        do {
            let earlier = try SQLiteConnection(path: target, access: .readWrite)
            earlier.stopWaiting()
            let mode = try earlier.row("PRAGMA journal_mode = DELETE") { try $0.text("journal_mode") }
            guard mode == "delete" else { throw DamagedValue("") }
        } catch {
            throw .backupRefused(path: target, reason: "is in use by another process")
        }
    }

    private static func cannotCreate(_ path: String, _ code: Int32) -> NllmError {
        let reason = FileError(Errno(rawValue: code), path: path).reason
        return [ENOSPC, EDQUOT, EIO].contains(code)
            ? .inputOutput(what: path, reason: reason) : .backupNotCreated(path: path, reason: reason)
    }
}
