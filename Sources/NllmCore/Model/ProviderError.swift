/// What an `llm` inside a bridge raised, in more detail than it prints.
struct ProviderError: Sendable, Equatable {
    /// The exception's class, with its module, such as `openai.RateLimitError`.
    var name: String
    /// The names of its base classes.
    var bases: [String] = []
    var httpStatus: Int?
    /// The provider's own code and type, such as `insufficient_quota`.
    var code: String?
    var type: String?
    /// Seconds to wait, from the provider's header.
    var retryAfter: Double?

    /// The kind that the class alone determines; nil if it could mean several things.
    var kind: FailureKind? {
        let names = [name.split(separator: ".").last.map(String.init) ?? name] + bases
        return Self.kinds.first { names.contains($0.name) }?.kind
    }

    /// More specific classes come before their base classes.
    private static let kinds: [(name: String, kind: FailureKind)] = [
        ("NeedsKeyException", .auth), ("UnknownModelError", .modelUnknown), ("ConversationError", .request),
        ("APITimeoutError", .timeout), ("TimeoutException", .timeout), ("TimeoutError", .timeout),
        ("APIConnectionError", .network), ("TransportError", .network), ("ConnectionError", .network),
    ]
}
