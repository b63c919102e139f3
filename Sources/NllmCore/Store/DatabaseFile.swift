#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What can be told of a database file without SQLite.
enum DatabaseFile {
    /// What stands at a path.
    enum Kind: Equatable {
        case missing, regular, directory
        /// Something else, such as a pipe or a device, which is never read.
        case other
        /// It can't be looked at, with the system's error number.
        case unknown(Int32)
    }

    /// How much is searched for signs of a schema of ours, in bytes: the first table is at the start.
    private static let searched = 1 << 18

    static func kind(_ path: String) -> Kind {
        var info = stat()
        guard stat(path, &info) == 0 else { return [ENOENT, ENOTDIR].contains(errno) ? .missing : .unknown(errno) }
        switch info.st_mode & S_IFMT {
        case S_IFREG: return info.st_size == 0 && isMadeUp(path) ? .other : .regular
        case S_IFDIR: return .directory
        default: return .other
        }
    }

    /// Whether a file that is said to be empty is none: the system makes up what is read, such as /proc/kmsg, or has the
    /// reader wait for it.
    private static func isMadeUp(_ path: String) -> Bool {
        guard let reader = try? FileReader(path: path) else { return false }
        do throws(FileError) {
            // Another process may just be filling it.
            _ = try reader.next()
            return false
        } catch {
            return error.isNotRegular
        }
    }

    /// Why no file can be made beside a database, with the system's error number; nil if one can be made.
    ///
    /// SQLite tries again without making one, and then tells only that there is none.
    static func obstacleToFiles(beside path: String) -> Int32? {
        let probe = path + "-room"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno == EEXIST ? nil : errno }
        close(descriptor)
        unlink(probe)
        return nil
    }

    /// Removes a database that was just made and in which nothing stands yet, with the files beside it.
    static func removeIfNew(_ path: String) {
        func size(_ path: String) -> Int? {
            var info = stat()
            return stat(path, &info) == 0 ? Int(info.st_size) : nil
        }
        // A header alone is no more than a page; what another process has put in stands behind it, or in the log.
        guard let bytes = size(path), bytes <= 4096, size(path + "-wal") ?? 0 == 0 else { return }
        for ending in ["", "-wal", "-shm", "-journal"] { unlink(path + ending) }
    }

    /// Whether a file that SQLite can't read is one of ours that was damaged: its header has our mark, or what is left of
    /// it names our schema.
    static func isOurs(_ path: String) -> Bool {
        guard kind(path) == .regular, let reader = try? FileReader(path: path),
            let start = (try? reader.next())?.prefix(searched)
        else { return false }
        let mark = withUnsafeBytes(of: UInt32(Migrations.applicationID).bigEndian, Array.init)
        if start.starts(with: "SQLite format 3\0".utf8), start.dropFirst(68).starts(with: mark) { return true }
        return Migrations.all.first.map { String(decoding: start, as: UTF8.self).contains($0.name) } ?? false
    }
}
