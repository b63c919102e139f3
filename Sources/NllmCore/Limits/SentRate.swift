internal import FoundationEssentials

/// How many requests went through of late, counted by the second.
struct SentRate: Sendable, Equatable {
    /// When the second that is being counted began.
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

    /// Takes one back that was refused.
    mutating func refused() {
        if count > 0 { count -= 1 } else if before > 0 { before -= 1 }
    }

    /// Requests in the second that ends at a time.
    ///
    /// Of the second before, the part that belongs to it counts and more, since requests come in bursts: a rate that is
    /// too high is refused soon, one that is too low lasts. For the same reason it is never less than what one whole
    /// second had.
    func perSecond(at time: Date) -> Double {
        let part = min(1, max(0, time.timeIntervalSince(since)))
        return max(Double(before), Double(count) + Double(before) * (1 - part * part))
    }
}
