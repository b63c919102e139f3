internal import FoundationEssentials

/// Decides whether and when a cell is tried again.
package struct RetryPolicy: Sendable {
    /// Seconds of the first backoff, doubled with each further one.
    var base = 1.0
    /// Seconds of the longest backoff.
    var longest = 60.0
    /// So many failures in a row with the same words mean that another try gives the same.
    static let mostAlike = 3

    /// The usual policy.
    package init() {}

    /// When the cell may be tried again; nil when the failure is final.
    ///
    /// - Parameters:
    ///   - failure: why the last attempt failed.
    ///   - tries: attempts so far, the last one included.
    ///   - history: how the attempts before the last one failed, the latest first.
    ///   - retries: how often a cell may be tried again.
    ///   - now: when the last attempt ended.
    ///   - jitter: a random number from 0 to 1, which spreads cells that failed together.
    /// - Returns: a time from now on, or nil.
    func nextTry(
        after failure: Failure, tries: Int, history: [Failure], retries: Int, now: Date, jitter: Double
    ) -> Date? {
        guard tries <= retries else { return nil }
        switch failure.kind.traits.repetition {
        case .never: return nil
        case .once where history.contains { $0.kind == .crashed }: return nil
        case .once, .allowed: break
        }
        if isHopeless(failure, history) { return nil }
        if failure.kind == .rateLimited, let asked = failure.retryAfter {
            // Later by up to a tenth, never earlier than what the provider asked for.
            return now.addingTimeInterval(asked * (1 + jitter / 10))
        }
        return now.addingTimeInterval(jitter * min(longest, base * Double(1 << min(tries - 1, 20))))
    }

    /// Whether the cell fails in the same way again and again, and not because a provider is busy or out of reach.
    private func isHopeless(_ failure: Failure, _ history: [Failure]) -> Bool {
        guard failure.kind == .server, [nil, 500].contains(failure.httpStatus) else { return false }
        let latest = history.prefix(Self.mostAlike - 1)
        return latest.count == Self.mostAlike - 1
            && latest.allSatisfy {
                ($0.kind, $0.httpStatus, $0.message) == (failure.kind, failure.httpStatus, failure.message)
            }
    }
}
