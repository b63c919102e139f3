internal import FoundationEssentials

/// The request of one cell to `llm`.
package struct LLMRequest: Sendable, Hashable {
    var model: String
    /// Sent on standard input; nil if the arguments contain it, and for a conversation.
    var prompt: String?
    /// The messages that are sent in place of a prompt.
    var conversation: Conversation?
    /// The prompts that are sent one after the other in place of a single one.
    var turns: [String] = []
    /// The attachments of ``conversation`` by their digests.
    var contents: [String: [UInt8]] = [:]
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

    /// Whether it needs `llm`'s Python interface, because the command line sends one message.
    var isConversation: Bool { conversation != nil || !turns.isEmpty }

    /// ``directory``, or this process's own if it no longer exists.
    var existingDirectory: String {
        FileManager.default.fileExists(atPath: directory) ? directory : FileManager.default.currentDirectoryPath
    }
}
