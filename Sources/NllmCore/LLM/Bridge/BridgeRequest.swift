internal import FoundationEssentials

/// A request in the format of the bridge's protocol.
struct BridgeRequest: Sendable, Equatable {
    private var members: [JSONValue.Member]

    /// The message for a mode; nil if the mode cannot run such a request.
    init?(_ request: LLMRequest, mode: BridgeMode, maxMemory: Int?) {
        switch mode {
        case .fork: self.init(commandLine: request, maxMemory: maxMemory)
        case .shared: self.init(question: request, maxMemory: maxMemory)
        case .log: return nil
        }
    }

    private init(commandLine request: LLMRequest, maxMemory: Int?) {
        members = [
            .init("directory", .string(request.existingDirectory)),
            .init("arguments", .strings(LLMCommand.arguments(request))),
            .init("input", .string(request.prompt ?? "")),
            .init("max_memory", maxMemory.map { .integer($0 << 20) } ?? .null),
        ]
        members += Self.conversation(request)
    }

    /// What a request has beside its prompt if it is more than one message.
    private static func conversation(_ request: LLMRequest) -> [JSONValue.Member] {
        var members: [JSONValue.Member] = []
        if let conversation = request.conversation {
            members.append(.init("messages", conversation.message(request.contents)))
        }
        if !request.turns.isEmpty { members.append(.init("turns", .strings(request.turns))) }
        return members
    }

    /// Nil if arguments require more than the Python interface provides, or if memory is limited, which is impossible
    /// for a request that shares its process.
    private init?(question request: LLMRequest, maxMemory: Int?) {
        let arguments = LLMArguments(request.arguments)
        let texts = (request.prompt.map { [$0] } ?? []) + arguments.words
        let isUsable = request.isConversation ? texts.isEmpty : texts.count == 1 && texts != [""]
        guard maxMemory == nil, isUsable else { return nil }
        var request = request
        for flag in arguments.flags { guard request.take(flag) else { return nil } }
        members = [
            .init("directory", .string(request.existingDirectory)),
            .init("model", .string(request.model)),
            .init("prompt", .optional(texts.first)),
            .init("system", .optional(request.system)),
            .init("options", .object(request.options.map { .init($0.name, .string($0.value)) })),
            .init("attachments", .strings(request.attachments)),
            .init("schema", .optional(request.schema)),
        ]
        members += Self.conversation(request)
    }

    /// The message with a number.
    ///
    /// - Parameters:
    ///   - id: the number that its events will have.
    ///   - isWatched: whether output is sent as it arrives; a `shared` request is streamed only then.
    /// - Returns: one line of JSON with its end.
    func line(id: Int, isWatched: Bool) -> [UInt8] {
        let head: [JSONValue.Member] = [
            .init("id", .integer(id)), .init("do", .string("run")), .init("watch", .bool(isWatched)),
            .init("stream", .bool(isWatched)),
        ]
        return JSONWriter.line(.object(head + members)) + [UInt8(ascii: "\n")]
    }

    /// The message that ends a request: SIGTERM asks, SIGKILL forces.
    static func stop(id: Int, signal: Int32) -> [UInt8] {
        JSONWriter.line(
            .object([.init("id", .integer(id)), .init("do", .string("stop")), .init("signal", .integer(signal))]))
            + [UInt8(ascii: "\n")]
    }
}

extension Conversation {
    /// The messages with the bytes of their attachments as base64.
    fileprivate func message(_ contents: [String: [UInt8]]) -> JSONValue {
        .array(
            messages.map { message in
                .object([
                    .init("role", .string(message.role.rawValue)),
                    .init("parts", .array(message.parts.map { Self.part($0, contents) })),
                ])
            })
    }

    private static func part(_ part: Part, _ contents: [String: [UInt8]]) -> JSONValue {
        switch part {
        case .text(let text): .object([.init("text", .string(text))])
        case .link(let url): .object([.init("url", .string(url))])
        case .content(let content):
            .object([
                .init("type", .string(content.type)),
                .init("base64", .string(Data(contents[content.digest] ?? []).base64EncodedString())),
            ])
        }
    }
}

extension LLMRequest {
    /// Applies a flag from the arguments if the Python interface can express it; false if it cannot.
    fileprivate mutating func take(_ flag: LLMArguments.Flag) -> Bool {
        switch (flag.name, flag.values.count) {
        case ("--no-log", 0), ("--usage", 0): break
        case ("--system", 1): system = flag.values[0]
        case ("--schema", 1): schema = flag.values[0]
        case ("--attachment", 1): attachments.append(flag.values[0])
        case ("--option", 2):
            options = ModelOption.merged(options, [ModelOption(name: flag.values[0], value: flag.values[1])])
        default: return false
        }
        return true
    }
}
