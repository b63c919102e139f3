internal import FoundationEssentials
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The folder with a run's artifacts: where what stands in it.
struct RunFolder: Sendable {
    let path: String
    /// Whether results stand in a folder for each prompt; a run of one prompt has none.
    let isByPrompt: Bool

    /// What a cell leaves files of.
    enum Kind: String, CaseIterable {
        case results, raw

        /// The endings of a cell's files.
        var endings: [String] {
            switch self {
            case .results: [".json"]
            case .raw: [".stdout.txt", ".stderr.txt"]
            }
        }
    }

    var manifest: String { path + "/manifest.json" }
    var lines: String { path + "/results.jsonl" }

    /// The folder's part for one prompt.
    func directory(_ kind: Kind, prompt: String) -> String {
        isByPrompt ? "\(path)/\(kind.rawValue)/\(prompt)" : "\(path)/\(kind.rawValue)"
    }

    /// The name of a cell's files without their endings.
    static func name(model: String, sample: Int) -> String { sample == 1 ? model : "\(model).\(sample)" }

    /// Whether anything stands there.
    static func isInUse(_ path: String) -> Bool {
        guard let folder = OpenFolder(path, followingLinks: true) else { return FileStatus(path) != nil }
        return folder.anyName != nil
    }

    /// Makes a directory below the run's folder and the one that leads to it; neither may be a link.
    static func create(within directory: String) throws {
        guard mkdir(directory, 0o777) != 0 else { return }
        switch errno {
        case EEXIST:
            guard let status = FileStatus(directory), status.kind != .directory else { return }
            throw FileError(
                Errno.notDirectory, path: directory, reason: status.kind == .link ? "is a link" : "not a directory")
        case let code: try create(directory: directory, after: code)
        }
    }

    /// Makes a directory and those that lead to it; false if it was there.
    @discardableResult
    static func create(directory: String) throws(NllmError) -> Bool {
        guard mkdir(directory, 0o777) != 0 else { return true }
        let code = errno
        if code == EEXIST, isDirectory(directory) { return false }
        try create(directory: directory, after: code)
        return true
    }

    /// Makes a directory whose making has failed with that error, if that was only because its parent is missing.
    private static func create(directory: String, after code: Int32) throws(NllmError) {
        switch code {
        // Some file systems say so of folders that can't be made although their parent is there.
        case ENOENT where directory != "/" && !isDirectory(AbsolutePath.parent(directory)):
            try create(directory: AbsolutePath.parent(directory))
            try create(directory: directory)
        case ENOSPC, EDQUOT:
            throw .inputOutput(what: directory, reason: FileError(Errno(rawValue: code), path: "").reason)
        default: throw .cannotCreate(path: directory, reason: FileError(Errno(rawValue: code), path: "").reason)
        }
    }

    /// Throws unless a directory is there, or can be made, for files to be made in it.
    static func checkCreatable(directory: String) throws(NllmError) {
        var existing = directory
        while existing != "/", access(existing, F_OK) != 0, [ENOENT, ENOTDIR].contains(errno) {
            existing = AbsolutePath.parent(existing)
        }
        guard isDirectory(existing) else { throw .cannotCreate(path: directory, reason: "not a directory") }
        try checkWritable(directory: existing, for: directory)
    }

    /// Throws unless files can be made in a directory; the error names what was to be made.
    static func checkWritable(directory: String, for path: String) throws(NllmError) {
        guard access(directory, W_OK | X_OK) != 0 else { return }
        throw .cannotCreate(path: path, reason: FileError(Errno(rawValue: errno), path: directory).reason)
    }

    private static func isDirectory(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    /// Runs `body` while no other process writes in this folder.
    func locked<Value>(_ body: () async throws -> Value) async throws -> Value {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(Errno(rawValue: errno), path: path) }
        defer { close(descriptor) }
        // A file system without locks is no reason to write nothing.
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
            try await Task.sleep(for: .milliseconds(2))
        }
        return try await body()
    }
}
