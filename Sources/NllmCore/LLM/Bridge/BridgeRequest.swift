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
    }

    /// Nil if arguments require more than the Python interface provides, or if memory is limited, which is impossible
    /// for a request that shares its process.
    private init?(question request: LLMRequest, maxMemory: Int?) {
        let arguments = LLMArguments(request.arguments)
        let texts = (request.prompt.map { [$0] } ?? []) + arguments.words
        guard maxMemory == nil, texts.count == 1, let prompt = texts.first, !prompt.isEmpty else { return nil }
        var request = request
        for flag in arguments.flags { guard request.take(flag) else { return nil } }
        members = [
            .init("directory", .string(request.existingDirectory)),
            .init("model", .string(request.model)),
            .init("prompt", .string(prompt)),
            .init("system", .optional(request.system)),
            .init("options", .object(request.options.map { .init($0.name, .string($0.value)) })),
            .init("attachments", .strings(request.attachments)),
            .init("schema", .optional(request.schema)),
        ]
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
