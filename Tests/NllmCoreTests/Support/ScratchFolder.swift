import Foundation

@testable import NllmCore

/// A folder for a test's files, which is made at once and goes with this, and so with the instance of a suite that has it.
final class ScratchFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/nllm-batch-test-" + UUID().uuidString

    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension ScratchFolder {
    /// The folder's store, with a run of that many prompts.
    func enqueue(
        _ name: String = "r", prompts: Int, models: [String] = ["m"], settings: RunSettings.Given = .init(),
        configuration: Configuration = Configuration()
    ) async throws -> (Store, Run) {
        let source = path + "/\(name).jsonl"
        try Data((1...prompts).map { "\"prompt \($0)\"\n" }.joined().utf8).write(to: URL(filePath: source))
        var request = EnqueueRequest(sources: [try PromptSource(source)], configuration: configuration)
        request.models = models
        request.target = .named(name)
        request.settings = settings
        request.settings.outdir = path
        request.checksModels = false
        let (_, store) = try await Enqueuer(databasePath: path + "/batch.db").enqueue(request)
        return (store, try await store.run(name))
    }
}
