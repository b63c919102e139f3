/// Why a model stopped, in the provider's words.
enum FinishReason: Sendable, Equatable {
    /// In lower case, such as `stop` or `content_filter`.
    case named(String)
    /// The provider states reasons but did not state one: the answer broke off.
    case missing

    /// The failure that an answer with this ending is recorded with; nil if it is complete.
    var failure: Failure? {
        switch self {
        case .missing: Failure(kind: .truncated, message: "the answer broke off: no finish reason came")
        case .named(let name) where Self.cut.contains(name):
            Failure(kind: .truncated, message: "finish reason: \(name)")
        case .named(let name) where Self.withheld.contains(name):
            Failure(kind: .filtered, message: "finish reason: \(name)")
        case .named: nil
        }
    }

    /// Of OpenAI, Anthropic, Gemini, Mistral and compatible providers.
    private static let cut: Set = [
        "length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded", "incomplete",
    ]
    private static let withheld: Set = [
        "content_filter", "safety", "recitation", "blocklist", "prohibited_content", "spii", "image_safety", "refusal",
    ]
}
