/// What was said in a conversation, up to the user's message that a model is to answer.
struct Conversation: Sendable, Hashable {
    enum Role: String, Sendable {
        case system, user, assistant
    }

    /// A piece of a message; within a message their order is kept.
    enum Part: Sendable, Hashable {
        case text(String)
        /// The URL of an attachment.
        case link(String)
        case content(InlineContent)
    }

    struct Message: Sendable, Hashable {
        var role: Role
        var parts: [Part]
    }

    var messages: [Message]

    /// Whether it has a system prompt of its own, so that no other applies.
    var hasSystem: Bool { messages.contains { $0.role == .system } }

    /// Attachments that stood in the prompt's source.
    var contents: [InlineContent] {
        messages.flatMap(\.parts).compactMap { part in
            if case .content(let content) = part { content } else { nil }
        }
    }

    /// Whether it holds nothing but text.
    var isText: Bool { messages.flatMap(\.parts).allSatisfy { $0.attachmentName == nil } }

    /// The last message as a text, in which attachments are only named.
    var question: String { messages.last?.description ?? "" }
}

/// An attachment whose bytes stood in a prompt's source; a run stores them once, under their digest.
struct InlineContent: Sendable, Hashable {
    /// The media type, such as `image/png`.
    var type: String
    /// SHA-256 in hexadecimal.
    var digest: String
}

extension Conversation.Message {
    /// The texts of its parts, one after the other as `llm` sends them.
    var text: String {
        parts.map { part in
            if case .text(let text) = part { text } else { "" }
        }.joined()
    }

    /// The text, or what there is in place of one.
    var description: String {
        let text = text
        guard text.unicodeScalars.allSatisfy(\.properties.isWhitespace) else { return text }
        return parts.compactMap(\.attachmentName).map { "[\($0)]" }.joined(separator: " ")
    }
}

extension Conversation.Part {
    /// What an attachment is called; nil for a text.
    var attachmentName: String? {
        switch self {
        case .text: nil
        case .link(let url): url
        case .content(let content): content.type
        }
    }
}

// MARK: - JSON

extension Conversation {
    /// The messages as an array of `{"role", "content"}`, the databases' format; a content is a text, or an array of
    /// `{"text"}`, `{"url"}` and `{"type", "sha256"}`.
    var json: JSONValue {
        .array(
            messages.map { message in
                .object([.init("role", .string(message.role.rawValue)), .init("content", message.content)])
            })
    }

    /// Reads the result of ``json``; nil if it is something else.
    init?(json: JSONValue) {
        guard case .array(let elements) = json else { return nil }
        messages = elements.compactMap(Message.init)
        guard messages.count == elements.count, !messages.isEmpty else { return nil }
    }
}

extension Conversation.Message {
    fileprivate var content: JSONValue {
        if parts.count == 1, case .text(let text) = parts[0] { return .string(text) }
        return .array(parts.map(\.json))
    }

    fileprivate init?(_ json: JSONValue) {
        guard let role = json["role"]?.stringValue.flatMap(Conversation.Role.init) else { return nil }
        self.role = role
        switch json["content"] {
        case .string(let text): parts = [.text(text)]
        case .array(let elements):
            parts = elements.compactMap(Conversation.Part.init)
            guard parts.count == elements.count else { return nil }
        default: return nil
        }
    }
}

extension Conversation.Part {
    fileprivate var json: JSONValue {
        switch self {
        case .text(let text): .object([.init("text", .string(text))])
        case .link(let url): .object([.init("url", .string(url))])
        case .content(let content):
            .object([.init("type", .string(content.type)), .init("sha256", .string(content.digest))])
        }
    }

    fileprivate init?(_ json: JSONValue) {
        if let text = json["text"]?.stringValue {
            self = .text(text)
        } else if let url = json["url"]?.stringValue {
            self = .link(url)
        } else if let type = json["type"]?.stringValue, let digest = json["sha256"]?.stringValue {
            self = .content(InlineContent(type: type, digest: digest))
        } else {
            return nil
        }
    }
}
