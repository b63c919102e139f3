internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Directories that are made, or checked before anything is made in them.
enum Directory {
    /// Makes a directory and the one that leads to it; neither may be a link.
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

    /// Makes a directory and those that lead to it; false if it was there.
    @discardableResult
    static func create(_ directory: String) throws(NllmError) -> Bool {
        guard mkdir(directory, 0o777) != 0 else { return true }
        let code = errno
        if code == EEXIST, isDirectory(directory) { return false }
        try create(directory, after: code)
        return true
    }

    /// Makes a directory whose making has failed with that error, if that was only because its parent is missing.
    private static func create(_ directory: String, after code: Int32) throws(NllmError) {
        switch code {
        // Some file systems say so of folders that can't be made although their parent is there.
        case ENOENT where directory != "/" && !isDirectory(AbsolutePath.parent(directory)):
            try create(AbsolutePath.parent(directory))
            try create(directory)
        case ENOSPC, EDQUOT:
            throw .inputOutput(what: directory, reason: FileError(Errno(rawValue: code), path: "").reason)
        default: throw .cannotCreate(path: directory, reason: FileError(Errno(rawValue: code), path: "").reason)
        }
    }

    /// Throws unless a directory is there, or can be made, for files to be made in it.
    static func checkCreatable(_ directory: String) throws(NllmError) {
        var existing = directory
        while existing != "/", access(existing, F_OK) != 0, [ENOENT, ENOTDIR].contains(errno) {
            existing = AbsolutePath.parent(existing)
        }
        guard isDirectory(existing) else { throw .cannotCreate(path: directory, reason: "not a directory") }
        try checkWritable(existing, for: directory)
    }

    /// Throws unless files can be made in a directory; the error names what was to be made.
    static func checkWritable(_ directory: String, for path: String) throws(NllmError) {
        guard access(directory, W_OK | X_OK) != 0 else { return }
        throw .cannotCreate(path: path, reason: FileError(Errno(rawValue: errno), path: directory).reason)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }
}
