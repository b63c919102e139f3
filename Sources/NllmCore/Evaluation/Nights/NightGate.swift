/// A gate of a night and what it came to.
package struct NightGate: Sendable, Hashable {
    package enum Result: String, Sendable, Hashable {
        case passed
        case failed
        /// The gate means nothing for this run.
        case cannotBeEvaluated = "cannot_be_evaluated"
    }

    /// The gate as it was written.
    package var gate: String
    package var result: Result
    /// Why, in one sentence on one line.
    package var reason: String
}

extension NightGate {
    init(_ outcome: GateOutcome) {
        gate = outcome.gate.text
        reason = outcome.reason
        switch outcome.result {
        case .passed: result = .passed
        case .failed: result = .failed
        case .cannotBeEvaluated: result = .cannotBeEvaluated
        }
    }
}
