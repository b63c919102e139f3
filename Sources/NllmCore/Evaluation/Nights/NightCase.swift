/// A cell of a night as reports list it.
package struct NightCase: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        case passed
        case failed
        /// It ended in an error or has no outcome.
        case error
        case noVerdict = "no_verdict"
    }

    /// The model's label.
    package var label: String
    /// The prompt's id.
    package var id: String
    /// From 1.
    package var sample = 1
    package var kind: Kind
    /// Whether it came to something else on the night before.
    package var isChanged = false
    /// Why it is of its kind; empty for one that passed.
    package var reason = ""
    /// The answer, of which reports show the beginning.
    package var answer = ""
    /// The duration of the last attempt; nil if it is unknown.
    package var seconds: Double?
}
