package import FoundationEssentials

/// The run that a night is, and what it is held against.
package struct NightRun: Sendable, Hashable {
    /// How a run stands when it is evaluated.
    package enum State: String, Sendable, Hashable {
        /// Each of its cells has an outcome.
        case finished
        /// All that is left waits for somebody to act.
        case blocked
        /// A later night of its series has begun.
        case replaced
    }

    /// The run's name.
    package var name: String
    /// The history that it belongs to; nil if it has none.
    package var series: String?
    package var createdAt: Date
    package var evaluatedAt: Date
    package var state = State.finished
    /// `history`, `last`, `best` or the name of a run; nil if it is held against nothing.
    package var baseline: String?
}
