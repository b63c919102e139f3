internal import FoundationEssentials

/// The number of requests that recently got through, counted per second.
struct SentRate: Sendable, Equatable {
    /// Start of the second that is being counted.
    var since: Date
    /// Requests since then.
    var count = 0
    /// Requests in the second before.
    var before = 0

    /// Counts one that starts.
    mutating func started(now: Date) {
        let seconds = now.timeIntervalSince(since)
        if seconds >= 2 || seconds < 0 {
            self = SentRate(since: now)
        } else if seconds >= 1 {
            self = SentRate(since: since.addingTimeInterval(1), before: count)
        }
        count += 1
    }

    /// Subtracts one that was refused.
    mutating func refused() {
        if count > 0 { count -= 1 } else if before > 0 { before -= 1 }
    }

    /// Requests in the second that ends at a time.
    ///
    /// The preceding second counts with the part that belongs to it and more, because requests come in bursts: a rate
    /// that is too high is soon refused, but one that is too low persists. For the same reason it is never less than
    /// the number in one whole second.
    func perSecond(at time: Date) -> Double {
        let part = min(1, max(0, time.timeIntervalSince(since)))
        return max(Double(before), Double(count) + Double(before) * (1 - part * part))
    }
}
