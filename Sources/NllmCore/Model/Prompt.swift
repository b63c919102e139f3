/// A text to be sent to models, with an id that is unique in its run.
struct Prompt: Sendable, Equatable {
    var id: String
    /// The text; of a conversation its last message, and of turns the last one.
    var text: String
    /// The messages that are sent in place of the text; nil for a plain prompt.
    var conversation: Conversation?
    /// The texts that are sent one after the other, each after the answer to the one before; empty for a plain prompt.
    var turns: [String] = []
    /// The attachments of ``conversation`` by their digests; known only while prompts are read.
    var contents: [String: [UInt8]] = [:]
    /// Whether the run's arguments contain the prompt, so that nothing is written to standard input and `text` only
    /// describes it.
    var isInArguments = false
    var system: String?
    /// A JSON schema for the answer, as `llm --schema` takes it.
    var schema: String?
    /// The file that ``schema`` names, if it names one.
    var schemaFile: RequestFile?
    /// Options that override the model's and the run's.
    var options: [ModelOption] = []
    var attachments: [Attachment] = []
    /// The model that a line of a batch file names, which the run is given if it is given no other; known only while
    /// prompts are read.
    var model: String?
    /// Whether it comes from a batch file, so that options which a model does not have are refused before anything is
    /// asked; known only while prompts are read.
    var isFromBatch = false
    /// Labels or names of the models for this prompt; nil for all models of the run.
    var models: [String]?
    /// The number of samples per model; overrides the run's number.
    var samples: Int?
    /// An answer that is scored without asking any model.
    var givenAnswer: String?
    // These are kept beside the request, as JSON text.
    var vars: String?
    var metadata: String?
    /// What answers are checked against: a JSON object with `assert`, a list, and perhaps `threshold`; nil for nothing.
    var grading: String?

    /// Whether more than one message is sent, which `llm`'s command line cannot do.
    var isConversation: Bool { conversation != nil || !turns.isEmpty }

    /// The system prompt for a model: messages with one of their own have no other.
    func system(for model: String?, common: String?) -> String? {
        conversation?.hasSystem == true ? nil : system ?? model ?? common
    }
}

/// A file or URL that is sent with a prompt.
struct Attachment: Sendable, Equatable {
    /// An absolute path, or a URL.
    var location: String
    /// SHA-256 of the file's content in hexadecimal; nil for a URL, which counts by its text.
    var digest: String?

    /// The local file; nil for a URL.
    var file: RequestFile? {
        digest.map { RequestFile(flag: "--attachment", value: location, path: location, digest: $0) }
    }

    static func isURL(_ location: String) -> Bool {
        ["http://", "https://"].contains { location.lowercased().hasPrefix($0) }
    }
}
