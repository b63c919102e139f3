import Foundation

/// A folder for a test's files, which is made at once and goes with this, and so with the instance of a suite that has it.
final class ScratchFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/nllm-batch-test-" + UUID().uuidString

    init() { try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
