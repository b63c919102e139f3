/// A Python error in writing or reading text: it is caused by `llm` or its environment, never by the provider, and
/// would recur.
enum EncodingFailure {
    /// Whether a message, in Python's words, reports one.
    static func isTold(by message: String) -> Bool {
        if message.contains("surrogates not allowed") { return true }
        guard let range = message.firstRange(of: "codec can't ") else { return false }
        return ["encode", "decode"].contains { message[range.upperBound...].hasPrefix($0) }
    }

    /// The message, and what to do.
    static func text(_ message: String) -> String {
        "llm can't write or read a text: \(message); --executor fork and shared take any text"
    }
}
