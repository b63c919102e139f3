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
