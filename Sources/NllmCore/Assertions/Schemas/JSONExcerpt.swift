/// Values within messages, on one line and of bounded length.
extension JSONValue {
    private static let excerptLength = 60

    /// The value as JSON, cut off where it is long.
    var excerpt: String {
        switch self {
        case .string(let text): JSONValue.string(text.shortened(to: Self.excerptLength)).description
        case .number(let text): text.shortened(to: Self.excerptLength)
        default: description.shortened(to: Self.excerptLength)
        }
    }

    /// What the value is, in words that follow "is": itself, or its kind where it has parts.
    var words: String {
        switch self {
        case .array, .object: kind
        default: excerpt
        }
    }
}
