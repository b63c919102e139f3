/// Cells as they would be executed.
public struct Preview: Sendable {
    /// One cell's command.
    public struct Cell: Sendable {
        /// The prompt's id.
        public let prompt: String
        /// The model's label.
        public let model: String
        /// The sample, from 1.
        public let sample: Int
        /// The command's words, secrets replaced.
        public let command: [String]
        /// The text for its standard input, secrets replaced; nil for none.
        public let input: String?
        /// What is sent in place of a text, secrets replaced; empty for a plain prompt.
        public let messages: [Message]
    }

    /// A message of a conversation.
    public struct Message: Sendable {
        /// `system`, `user` or `assistant`; `turn` for what is asked after the answer to the turn before.
        public let role: String
        /// The text; attachments are only named.
        public let text: String
    }

    /// The first cells, in the order of the results.
    public private(set) var cells: [Cell] = []
    /// The first prompt: its id, and its text as it would be sent, secrets replaced.
    public private(set) var first: (id: String, text: String)?
    /// The total number of cells.
    public private(set) var count = 0
    /// What they are expected to take, by model.
    public internal(set) var estimates: [Estimate] = []
    /// The sizes of their requests, by model.
    private(set) var sizes: [RequestSizes]

    init(_ spool: PromptSpool, models planned: [PlannedModel], _ request: EnqueueRequest, limit: Int) throws {
        let common = try request.common()
        let defaultSamples = request.samples ?? request.configuration.samples
        let models = planned.map(\.variant)
        sizes = planned.map { RequestSizes($0, common: common) }
        try spool.forEach { prompt in
            if first == nil { first = (prompt.id, Redaction.redact(prompt.text)) }
            for (index, model) in models.enumerated() where model.isMeant(by: prompt, among: models) {
                let samples = prompt.samples ?? defaultSamples
                sizes[index].add(prompt, samples: samples)
                for sample in 1...samples {
                    count += 1
                    guard cells.count < limit else { continue }
                    let asked = LLMRequest(prompt: prompt, model: model, common: common)
                    cells.append(
                        Cell(
                            prompt: prompt.id, model: model.label, sample: sample,
                            command: LLMCommand.shown(asked),
                            input: asked.prompt.map { Redaction.redact($0) }, messages: Self.messages(asked)))
                }
            }
        }
    }
}

extension Preview {
    private static func messages(_ request: LLMRequest) -> [Message] {
        let messages = request.conversation?.messages.map { message in
            let parts = message.parts.map { part in
                if case .text(let text) = part { text } else { "[\(part.attachmentName ?? "")]" }
            }
            return Message(role: message.role.rawValue, text: Redaction.redact(parts.joined(separator: " ")))
        }
        return (messages ?? []) + request.turns.map { Message(role: "turn", text: Redaction.redact($0)) }
    }
}

extension Preview.Cell {
    /// A line for a POSIX shell that runs the same command; nil for a conversation, which no command sends.
    public var shellLine: String? {
        messages.isEmpty ? ShellWord.line(command, input: input) : nil
    }

    /// The cell for people: ``shellLine``, or a comment with the command's arguments and a paragraph for each message.
    public var text: String {
        shellLine
            ?? (["# \(prompt): a conversation, sent with the arguments of: \(ShellWord.line(command))"]
            + messages.map {
                "\($0.role): "
                    + $0.text.split(separator: "\n", omittingEmptySubsequences: false)
                    .joined(separator: "\n    ")
            }).joined(separator: "\n")
    }

    /// The cell as an object.
    public var json: JSONValue {
        .object(
            [
                .init("prompt_id", .string(prompt)), .init("model", .string(model)), .init("sample", .integer(sample)),
                .init("command", .strings(command)), .init("input", .optional(input)),
                .init("shell", .optional(shellLine)),
            ] + (messages.isEmpty ? [] : [.init("messages", messagesJSON)]))
    }

    private var messagesJSON: JSONValue {
        .array(messages.map { .object([.init("role", .string($0.role)), .init("text", .string($0.text))]) })
    }
}
