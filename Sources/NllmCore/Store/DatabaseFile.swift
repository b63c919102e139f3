#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Facts about a database file that do not require SQLite.
enum DatabaseFile {
    /// What is at a path.
    enum Kind: Equatable {
        case missing, regular, directory
        /// Something else, such as a pipe or a device, which is never read.
        case other
        /// It cannot be examined, with the system's error number.
        case unknown(Int32)
    }

    /// The number of bytes that are searched for signs of this program's schema: the first table is at the start.
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

    /// Whether a file with reported size 0 is not empty: the system generates its content, as for /proc/kmsg, or makes
    /// the reader wait for it.
    private static func isMadeUp(_ path: String) -> Bool {
        guard let reader = try? FileReader(path: path) else { return false }
        do throws(FileError) {
            // Another process may be filling it.
            _ = try reader.next()
            return false
        } catch {
            return error.isNotRegular
        }
    }

    /// Why no file can be created beside a database, with the system's error number; nil if one can be.
    ///
    /// SQLite retries without creating one, and then reports only that there is none.
    static func obstacleToFiles(beside path: String) -> Int32? {
        let probe = path + "-room"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno == EEXIST ? nil : errno }
        close(descriptor)
        unlink(probe)
        return nil
    }

    /// Removes a database that was just created and is still empty, with the files beside it.
    static func removeIfNew(_ path: String) {
        func size(_ path: String) -> Int? {
            var info = stat()
            return stat(path, &info) == 0 ? Int(info.st_size) : nil
        }
        // A header alone is at most one page; anything that another process has added is after it, or in the log.
        guard let bytes = size(path), bytes <= 4096, size(path + "-wal") ?? 0 == 0 else { return }
        for ending in ["", "-wal", "-shm", "-journal"] { unlink(path + ending) }
    }

    /// Whether a file that SQLite cannot read is a damaged database of this program: its header has this program's
    /// mark, or what is left of it names its schema.
    static func isOurs(_ path: String) -> Bool {
        guard kind(path) == .regular, let reader = try? FileReader(path: path),
            let start = (try? reader.next())?.prefix(searched)
        else { return false }
        let mark = withUnsafeBytes(of: UInt32(Migrations.applicationID).bigEndian, Array.init)
        if start.starts(with: "SQLite format 3\0".utf8), start.dropFirst(68).starts(with: mark) { return true }
        return Migrations.all.first.map { String(decoding: start, as: UTF8.self).contains($0.name) } ?? false
    }
}
