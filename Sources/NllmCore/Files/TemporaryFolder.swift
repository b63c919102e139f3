internal import FoundationEssentials

/// A folder of this process alone that goes when it is done with.
enum TemporaryFolder {
    /// Runs `body` with the path of a new folder and removes the folder, whether it throws or not.
    static func with<Value>(
        _ body: (_ path: String) async throws(NllmError) -> Value
    ) async throws(NllmError) -> Value {
        let manager = FileManager.default
        let path = manager.temporaryDirectory.path + "/nllm-batch-" + UUID().uuidString
        do {
            // Prompts and answers are nobody else's business.
            try manager.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .inputOutput(what: path, reason: String(describing: error))
        }
        defer { try? manager.removeItem(atPath: path) }
        return try await body(path)
    }
}
