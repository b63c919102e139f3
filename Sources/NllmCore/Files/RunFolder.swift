internal import FoundationEssentials
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The layout of the folder with a run's artifacts.
struct RunFolder: Sendable {
    let path: String
    /// Whether there is a results folder per prompt; a run of one prompt has none.
    let isByPrompt: Bool

    /// The kinds of files per cell.
    enum Kind: String, CaseIterable {
        case results, raw

        /// The extensions of a cell's files.
        var endings: [String] {
            switch self {
            case .results: [".json"]
            case .raw: [".stdout.txt", ".stderr.txt"]
            }
        }
    }

    var manifest: String { path + "/manifest.json" }
    var lines: String { path + "/results.jsonl" }

    /// The subfolder of one prompt.
    func directory(_ kind: Kind, prompt: String) -> String {
        isByPrompt ? "\(path)/\(kind.rawValue)/\(prompt)" : "\(path)/\(kind.rawValue)"
    }

    /// The name of a cell's files without their extensions.
    static func name(model: String, sample: Int) -> String { sample == 1 ? model : "\(model).\(sample)" }

    /// Whether anything is at the path other than an empty folder.
    static func isInUse(_ path: String) -> Bool {
        guard let folder = OpenFolder(path, followingLinks: true) else { return FileStatus(path) != nil }
        return folder.anyName != nil
    }

    /// Runs `body` while no other process writes to this folder.
    func locked<Value>(_ body: () async throws -> Value) async throws -> Value {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(Errno(rawValue: errno), path: path) }
        defer { close(descriptor) }
        // A file system without locks is not a reason to write nothing.
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
            try await Task.sleep(for: .milliseconds(2))
        }
        return try await body()
    }
}
