/// Why something is not an assertion, or cannot be checked.
struct AssertionProblem: PlainError, Equatable {
    /// What is wrong and what is allowed, on one line, starting in lower case.
    var message: String

    init(_ message: String) {
        let start = message.unicodeScalars.prefix(Self.lengthLimit)
        self.message = String(start).oneLine + (start.endIndex < message.endIndex ? "…" : "")
    }

    /// A name in a message may be of any length; the longest message without one has half as many characters.
    private static let lengthLimit = 1_000

    var plainText: String { message }
}

extension AssertionProblem {
    /// A problem with a member of an assertion.
    init(_ type: AssertionType, _ member: String, _ message: String) {
        self.init("`\(member)` of `\(type.rawValue)` \(message)")
    }
}
