/// What an answer says that was asked for to learn whether a prompt is broken.
enum ConfirmingAnswer: Sendable, Hashable {
    case passed
    case failed
    /// It ended in an error, or nothing usable was said about it.
    case noVerdict
}
