/// What an `llm` that runs inside a bridge raised: more than it prints.
struct ProviderError: Sendable, Equatable {
    /// The exception's class, with its module, such as `openai.RateLimitError`.
    var name: String
    /// The names of the classes it is derived from.
    var bases: [String] = []
    var httpStatus: Int?
    /// The provider's own code and type, such as `insufficient_quota`.
    var code: String?
    var type: String?
    /// Seconds that the provider's header asks to wait.
    var retryAfter: Double?

    /// The kind that the class alone tells; nil where it could mean several things.
    var kind: FailureKind? {
        let names = [name.split(separator: ".").last.map(String.init) ?? name] + bases
        return Self.kinds.first { names.contains($0.name) }?.kind
    }

    /// The more particular classes stand before those that they are derived from.
    private static let kinds: [(name: String, kind: FailureKind)] = [
        ("NeedsKeyException", .auth), ("UnknownModelError", .modelUnknown),
        ("APITimeoutError", .timeout), ("TimeoutException", .timeout), ("TimeoutError", .timeout),
        ("APIConnectionError", .network), ("TransportError", .network), ("ConnectionError", .network),
    ]
}
