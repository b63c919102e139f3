/// An answer, with what assertions need to know about it and its prompt.
struct CheckedAnswer: Sendable {
    /// The answer's text.
    var text: String
    /// The variables of the prompt, an object.
    var variables: JSONValue = .object([])
    /// How long the attempt took; nil if it is unknown or the answer came from the cache.
    var durationMilliseconds: Int?
    /// In US dollars; nil if it is unknown or the answer came from the cache.
    var cost: Double?
    /// Why the model stopped, in the provider's words; nil if it is unknown.
    var finishReason: String?
}
