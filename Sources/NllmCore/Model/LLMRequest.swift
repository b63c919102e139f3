internal import FoundationEssentials

/// The request of one cell to `llm`.
package struct LLMRequest: Sendable, Hashable {
    var model: String
    /// Sent on standard input; nil if the arguments contain it.
    var prompt: String?
    var system: String?
    var schema: String?
    var options: [ModelOption] = []
    /// Absolute paths or URLs.
    var attachments: [String] = []
    /// Further arguments.
    var arguments: [String] = []
    /// The directory in which `llm` runs.
    var directory: String
    /// The local files in all of these whose content was counted when the cell was enqueued.
    var files = RequestFiles()

    /// ``directory``, or this process's own if it no longer exists.
    var existingDirectory: String {
        FileManager.default.fileExists(atPath: directory) ? directory : FileManager.default.currentDirectoryPath
    }
}
