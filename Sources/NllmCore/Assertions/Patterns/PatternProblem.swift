/// Why a text is not a pattern that can be used.
struct PatternProblem: PlainError, Equatable {
    /// What is wrong, starting in lower case.
    var message: String
    /// The number of characters (Unicode scalars) before the place at which it shows; nil if no place is to blame.
    var offset: Int?

    /// What is wrong and where, on one line.
    var plainText: String {
        (offset.map { "bad pattern at character \($0 + 1): \(message)" } ?? "bad pattern: \(message)").oneLine
    }
}
