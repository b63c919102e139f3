internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Creating directories, and checking whether something can be created in them.
enum Directory {
    /// Creates a directory and its parent; neither may be a link.
    static func createWithoutLinks(_ directory: String) throws {
        guard mkdir(directory, 0o777) != 0 else { return }
        switch errno {
        case EEXIST:
            guard let status = FileStatus(directory), status.kind != .directory else { return }
            throw FileError(
                Errno.notDirectory, path: directory, reason: status.kind == .link ? "is a link" : "not a directory")
        case let code: try create(directory, after: code)
        }
    }

    /// Creates a directory and its parents; false if it existed.
    @discardableResult
    static func create(_ directory: String) throws(NllmError) -> Bool {
        guard mkdir(directory, 0o777) != 0 else { return true }
        let code = errno
        if code == EEXIST, isDirectory(directory) { return false }
        try create(directory, after: code)
        return true
    }

    /// Creates a directory after an attempt failed with that error, if only its parent was missing.
    private static func create(_ directory: String, after code: Int32) throws(NllmError) {
        switch code {
        // Some file systems report this for directories that cannot be created although their parent exists.
        case ENOENT where directory != "/" && !isDirectory(AbsolutePath.parent(directory)):
            try create(AbsolutePath.parent(directory))
            try create(directory)
        case ENOSPC, EDQUOT:
            throw .inputOutput(what: directory, reason: FileError(Errno(rawValue: code), path: "").reason)
        default: throw .cannotCreate(path: directory, reason: FileError(Errno(rawValue: code), path: "").reason)
        }
    }

    /// Throws unless a directory exists or can be created, and files can be created in it.
    static func checkCreatable(_ directory: String) throws(NllmError) {
        var existing = directory
        while existing != "/", access(existing, F_OK) != 0, [ENOENT, ENOTDIR].contains(errno) {
            existing = AbsolutePath.parent(existing)
        }
        guard isDirectory(existing) else { throw .cannotCreate(path: directory, reason: "not a directory") }
        try checkWritable(existing, for: directory)
    }

    /// Throws unless files can be created in a directory; the error names the file or folder to be created.
    static func checkWritable(_ directory: String, for path: String) throws(NllmError) {
        guard access(directory, W_OK | X_OK) != 0 else { return }
        throw .cannotCreate(path: path, reason: FileError(Errno(rawValue: errno), path: directory).reason)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }
}
