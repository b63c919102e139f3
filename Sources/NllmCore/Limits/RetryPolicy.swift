internal import FoundationEssentials

/// Decides whether and when a cell is retried.
package struct RetryPolicy: Sendable {
    /// Seconds of the first backoff; doubled with each further one.
    var base = 1.0
    /// Seconds of the longest backoff.
    var longest = 60.0
    /// The number of failures in a row with the same message after which a retry is pointless.
    static let mostAlike = 3

    /// The usual policy.
    package init() {}

    /// When the cell may be retried; nil if the failure is final.
    ///
    /// - Parameters:
    ///   - failure: why the last attempt failed.
    ///   - tries: attempts so far, including the last one.
    ///   - history: failures of the attempts before the last one, latest first.
    ///   - retries: the number of retries allowed.
    ///   - now: when the last attempt ended.
    ///   - jitter: a random number from 0 to 1, to spread cells that failed together.
    /// - Returns: a time not before `now`, or nil.
    func nextTry(
        after failure: Failure, tries: Int, history: [Failure], retries: Int, now: Date, jitter: Double
    ) -> Date? {
        guard tries <= retries else { return nil }
        switch failure.kind.traits.repetition {
        case .never: return nil
        case .once where history.contains { $0.kind == failure.kind }: return nil
        case .once, .allowed: break
        }
        if isHopeless(failure, history) { return nil }
        if failure.kind == .rateLimited, let retryAfter = failure.retryAfter {
            // Up to a tenth later, never earlier than the provider asked for.
            return now.addingTimeInterval(retryAfter * (1 + jitter / 10))
        }
        return now.addingTimeInterval(jitter * min(longest, base * Double(1 << min(tries - 1, 20))))
    }

    /// Whether the cell fails in the same way repeatedly, for a reason other than a busy or unreachable provider.
    private func isHopeless(_ failure: Failure, _ history: [Failure]) -> Bool {
        guard failure.kind == .server, [nil, 500].contains(failure.httpStatus) else { return false }
        let latest = history.prefix(Self.mostAlike - 1)
        return latest.count == Self.mostAlike - 1
            && latest.allSatisfy {
                ($0.kind, $0.httpStatus, $0.message) == (failure.kind, failure.httpStatus, failure.message)
            }
    }
}
