internal import FoundationEssentials

/// What one cell asks of `llm`.
package struct LLMRequest: Sendable, Hashable {
    var model: String
    /// Sent on standard input; nil where the arguments hold it.
    var prompt: String?
    var system: String?
    var schema: String?
    var options: [ModelOption] = []
    /// Absolute paths or URLs.
    var attachments: [String] = []
    /// Further arguments, as they are.
    var arguments: [String] = []
    /// Where `llm` runs.
    var directory: String
    /// The local files among all that, as far as their content was counted when the cell was enqueued.
    var files = RequestFiles()

    /// ``directory``, or this process' own where that is gone.
    var existingDirectory: String {
        FileManager.default.fileExists(atPath: directory) ? directory : FileManager.default.currentDirectoryPath
    }
}
