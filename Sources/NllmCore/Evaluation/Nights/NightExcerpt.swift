/// An answer that failed, as far as a report shows it.
package struct NightExcerpt: Sendable, Hashable {
    /// The most that a night keeps.
    static let most = 3

    /// The prompt's id.
    package var id: String
    /// The model's label.
    package var label: String
    /// Why it failed, on one line and without secrets.
    package var reason: String
    /// The beginning of the answer, on one line and without secrets.
    package var answer: String
}

extension NightExcerpt {
    /// Creates an excerpt from the whole reason and the whole answer.
    init(id: String, label: String, wholeReason: String, wholeAnswer: String) {
        self.init(
            id: id, label: label, reason: Self.beginning(of: wholeReason, to: Self.longestReason),
            answer: Self.beginning(of: wholeAnswer, to: Self.longestAnswer))
    }

    /// The most characters (Unicode scalars) of an answer, without the ellipsis.
    static let longestAnswer = 200
    /// The most characters of a reason, without the ellipsis.
    static let longestReason = 500
    /// More of a text than its beginning is searched for secrets, because a secret may be longer than what is shown.
    private static let longestSearched = 1 << 16

    /// The beginning of a text on one line, without secrets.
    static func beginning(of text: String, to length: Int) -> String {
        let start = text.utf8.count > longestSearched ? String(text.unicodeScalars.prefix(longestSearched)) : text
        return Redaction.redact(start).oneLine.shortened(to: length)
    }
}
