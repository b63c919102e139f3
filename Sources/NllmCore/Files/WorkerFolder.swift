internal import FoundationEssentials
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A private folder among the temporary files that is removed with its process.
///
/// A lock on it shows that its process is running. The system releases the lock of a killed process, and the next
/// process removes the folder.
final class WorkerFolder: Sendable {
    private static let prefix = "nllm-batch-files-"

    /// Its absolute path, without symbolic links.
    let path: String
    private let lock: FileDescriptor

    /// Creates a folder that only this user can enter.
    ///
    /// - Parameter name: distinguishes it from all others.
    /// - Throws: if it cannot be created there.
    init(name: String) throws(FileError) {
        let path = Self.parent + "/" + Self.prefix + name
        // A sweep may remove it before it is locked.
        for _ in 1...100 {
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw FileError(Errno(rawValue: errno), path: path)
            }
            guard let lock = Self.open(path) else { continue }
            if flock(lock.rawValue, LOCK_EX) == 0, Self.identity(lock) == Self.identity(path) {
                self.path = path
                self.lock = lock
                return
            }
            try? lock.close()
        }
        throw FileError(Errno.resourceBusy, path: path)
    }

    deinit {
        try? lock.close()
    }

    /// Removes the folder and its contents.
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// Removes the folders of this user's processes that ended without removing them.
    static func sweep() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            guard let lock = open(parent + "/" + name) else { continue }
            if flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 {
                try? FileManager.default.removeItem(atPath: parent + "/" + name)
            }
            try? lock.close()
        }
    }

    /// The directory for temporary files; not with every path, because `llm` takes a text with a space as a schema in
    /// short form.
    private static var parent: String {
        let wanted = EnvironmentVariable.value("TMPDIR") ?? "/tmp"
        guard let real = realpath(wanted, nil) else { return "/tmp" }
        defer { free(real) }
        let path = String(cString: real)
        return path.contains { " ,".contains($0) } ? "/tmp" : path
    }

    /// Opens a folder of this user; nil if there is none.
    private static func open(_ path: String) -> FileDescriptor? {
        let options: FileDescriptor.OpenOptions = [.directory, .noFollow, .closeOnExec]
        guard let folder = try? FileDescriptor.open(path, .readOnly, options: options) else { return nil }
        var info = stat()
        guard fstat(folder.rawValue, &info) == 0, info.st_uid == geteuid() else {
            try? folder.close()
            return nil
        }
        return folder
    }

    private static func identity(_ folder: FileDescriptor) -> [UInt64]? {
        var info = stat()
        return fstat(folder.rawValue, &info) == 0 ? identity(info) : nil
    }

    private static func identity(_ path: String) -> [UInt64]? {
        var info = stat()
        return lstat(path, &info) == 0 ? identity(info) : nil
    }

    private static func identity(_ info: stat) -> [UInt64] {
        [UInt64(truncatingIfNeeded: info.st_dev), UInt64(info.st_ino)]
    }
}
