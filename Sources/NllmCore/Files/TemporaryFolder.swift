internal import FoundationEssentials
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A folder of this process alone that goes when it is done with.
enum TemporaryFolder {
    /// Runs `body` with the path of a new folder and removes the folder, whether it throws or not.
    static func with<Value>(
        _ body: (_ path: String) async throws(NllmError) -> Value
    ) async throws(NllmError) -> Value {
        let manager = FileManager.default
        let path = manager.temporaryDirectory.path + "/nllm-batch-" + UUID().uuidString
        try Directory.create(AbsolutePath.parent(path))
        // Prompts and answers are nobody else's business.
        guard mkdir(path, 0o700) == 0 else {
            throw .inputOutput(what: path, reason: FileError(Errno(rawValue: errno), path: path).reason)
        }
        defer { try? manager.removeItem(atPath: path) }
        return try await body(path)
    }
}
