internal import FoundationEssentials
internal import SystemPackage

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A private temporary folder that is removed after use.
enum TemporaryFolder {
    /// Runs `body` with the path of a new folder, then removes the folder, whether or not `body` throws.
    static func with<Value>(
        _ body: (_ path: String) async throws(NllmError) -> Value
    ) async throws(NllmError) -> Value {
        let manager = FileManager.default
        let path = manager.temporaryDirectory.path + "/nllm-batch-" + UUID().uuidString
        try Directory.create(AbsolutePath.parent(path))
        // Prompts and answers are private.
        guard mkdir(path, 0o700) == 0 else {
            throw .inputOutput(what: path, reason: FileError(Errno(rawValue: errno), path: path).reason)
        }
        defer { try? manager.removeItem(atPath: path) }
        return try await body(path)
    }
}
