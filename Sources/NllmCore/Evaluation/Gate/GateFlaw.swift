/// What is wrong with a gate, on one line.
struct GateFlaw: Error, Sendable, Hashable, PlainError {
    /// What is wrong and what is allowed, starting in lower case unless it quotes.
    let plainText: String

    init(_ text: String) { plainText = text.oneLine }
}
