internal import Crypto
internal import FoundationEssentials

/// Reads conversations in the forms in which people have them: OpenAI's messages, and those of ShareGPT.
struct MessageReader {
    /// The attachments that stood in the messages, by their digests.
    private(set) var contents: [String: [UInt8]] = [:]

    private static let roles: [String: Conversation.Role] = [
        "system": .system, "developer": .system, "user": .user, "human": .user, "assistant": .assistant,
        "gpt": .assistant,
    ]

    /// The conversation in a field.
    ///
    /// - Parameter field: the field; its value is an array of messages.
    /// - Returns: the conversation, which ends with a message of the user's.
    /// - Throws: what is wrong with the first message that cannot be sent.
    mutating func conversation(_ field: PromptField) throws(FieldError) -> Conversation {
        guard case .array(let elements) = field.value else {
            throw FieldError("`\(field.name)` is \(field.value.kind), not an array of messages")
        }
        var messages: [Conversation.Message] = []
        for (index, element) in elements.enumerated() {
            do throws(FieldError) {
                messages.append(try message(element))
            } catch {
                throw FieldError("message \(index + 1): \(error.message)")
            }
        }
        guard let last = messages.last else { throw FieldError("`\(field.name)` is empty") }
        guard last.role == .user else {
            throw FieldError(
                "message \(messages.count), the last one, is of the \(last.role.rawValue); a conversation has to end with "
                    + "the user's message, which is answered")
        }
        guard !last.description.isEmpty else { throw FieldError("message \(messages.count), the last one, is empty") }
        return Conversation(messages: messages)
    }

    private mutating func message(_ json: JSONValue) throws(FieldError) -> Conversation.Message {
        guard case .object(let members) = json else { throw FieldError("it is \(json.kind), not an object") }
        let isShareGPT = json["from"] != nil
        let names = isShareGPT ? ["from", "value"] : ["role", "content"]
        if let other = members.first(where: { !names.contains($0.name) && !$0.value.isNothing }) {
            throw FieldError("`\(other.name)` can't be given to llm; a message has \(names.quotedList)")
        }
        guard let name = json[names[0]]?.stringValue else { throw FieldError("no `\(names[0])`") }
        guard let role = Self.roles[name] else {
            throw FieldError("it is of role `\(name)`; there can be messages of system, user and assistant")
        }
        let parts: [Conversation.Part]
        switch json[names[1]] {
        case .string(let text): parts = [.text(try Self.checked(text))]
        case .array(let elements):
            guard !elements.isEmpty else { throw FieldError("`\(names[1])` is empty") }
            parts = try elements.map { element throws(FieldError) in try part(element) }
        default: throw FieldError("`\(names[1])` is neither a text nor an array of parts")
        }
        if role != .user, let other = parts.compactMap(\.attachmentName).first {
            throw FieldError("only the user's messages can have images, and not the \(role.rawValue)'s (\(other))")
        }
        return Conversation.Message(role: role, parts: parts)
    }

    // MARK: Parts

    private mutating func part(_ json: JSONValue) throws(FieldError) -> Conversation.Part {
        if let text = json.stringValue { return .text(try Self.checked(text)) }
        switch json["type"]?.stringValue {
        case "text", "input_text", "output_text":
            guard let text = json["text"]?.stringValue else { throw FieldError("a part without `text`") }
            return .text(try Self.checked(text))
        case "image_url", "input_image":
            let image = json["image_url"]
            let detail = (json["detail"] ?? image?["detail"])?.stringValue
            if let detail, detail != "auto" {
                throw FieldError("`detail` of an image can't be given to llm; leave it out")
            }
            guard let url = image?.stringValue ?? image?["url"]?.stringValue else {
                throw FieldError("an image without `url`")
            }
            return try attachment(url)
        case let type?: throw FieldError("a part of type `\(type)`; text and images can be sent")
        case nil: throw FieldError("a part that is \(json.kind) without `type`")
        }
    }

    private mutating func attachment(_ url: String) throws(FieldError) -> Conversation.Part {
        if Attachment.isURL(url) { return .link(url) }
        guard url.prefix(5).lowercased() == "data:", let comma = url.utf8.firstIndex(of: UInt8(ascii: ",")) else {
            throw FieldError("the image `\(url.prefix(60))` is neither a data: nor an http: URL")
        }
        let head = url.utf8[..<comma].dropFirst(5)
        let words = String(decoding: head, as: UTF8.self).split(separator: ";").map(String.init)
        guard let type = words.first?.lowercased(), type.hasPrefix("image/") else {
            throw FieldError("data of type `\(words.first ?? "")`; text and images can be sent")
        }
        guard words.last == "base64", let data = Data(base64Encoded: Data(url.utf8[comma...].dropFirst())),
            !data.isEmpty
        else { throw FieldError("an image whose data is not base64") }
        let digest = Hexadecimal.text(SHA256.hash(data: data))
        contents[digest] = Array(data)
        return .content(InlineContent(type: type, digest: digest))
    }

    private static func checked(_ text: String) throws(FieldError) -> String {
        guard !text.utf8.contains(0) else { throw FieldError("it holds a NUL character") }
        return text
    }
}

extension JSONValue {
    /// Whether it says no more than if it were not there.
    fileprivate var isNothing: Bool { self == .null || self == .array([]) || self == .object([]) }
}

extension Prompt {
    /// Takes what a reader has found; a conversation of a single message becomes a plain prompt.
    mutating func take(_ conversation: Conversation, _ contents: [String: [UInt8]]) {
        var conversation = conversation
        // One at the beginning is what every provider calls the system prompt.
        if let first = conversation.messages.first, first.role == .system,
            !conversation.messages.dropFirst().contains(where: { $0.role == .system })
        {
            conversation.messages.removeFirst()
            if !first.text.isEmpty { system = first.text }
        }
        text = conversation.question
        let parts = conversation.messages[0].parts
        let links = parts.drop { $0.attachmentName == nil }
        let isPlain =
            conversation.messages.count == 1 && links.count < parts.count
            && links.allSatisfy { if case .link = $0 { true } else { false } }
        if isPlain {
            attachments = links.compactMap(\.attachmentName).map { Attachment(location: $0) } + attachments
        } else {
            self.conversation = conversation
            self.contents = contents
        }
    }

    /// Takes the texts that are sent one after the other; a single one is a plain prompt.
    mutating func take(turns: [String]) {
        text = turns.last ?? ""
        if turns.count > 1 { self.turns = turns }
    }
}
