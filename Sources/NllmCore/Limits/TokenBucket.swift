internal import FoundationEssentials

/// Tokens that come in by time and are taken by requests, so that a rate is kept.
struct TokenBucket: Sendable, Equatable {
    /// How fast a bucket fills, and how much it holds.
    struct Rate: Sendable, Equatable {
        var perSecond: Double
        var capacity: Double

        /// The rate that never lets through more than `amount` in any minute.
        ///
        /// Requests arrive at the provider after a time that varies, so a little of the minute is left free, and little
        /// is saved up.
        static func perMinute(_ amount: Double) -> Rate {
            Rate(perSecond: amount * 0.97 / 60, capacity: max(1, amount / 100))
        }
    }

    /// What is in it; below 0 after a request that took more than it holds.
    var level: Double
    var filledAt: Date

    /// Adds what has come in since it was last filled.
    mutating func fill(_ rate: Rate, now: Date) {
        let seconds = now.timeIntervalSince(filledAt)
        guard seconds >= 0 else {
            // A process that has waited for its turn may come with an earlier time; only a clock that was set back
            // begins anew.
            if SetClock.isAhead(filledAt, of: now) { filledAt = now }
            return
        }
        level = min(rate.capacity, level + seconds * rate.perSecond)
        filledAt = now
    }

    /// Seconds until a request may start; 0 when it may now.
    ///
    /// The bucket has to be filled.
    func wait(for cost: Double, _ rate: Rate) -> Double {
        // A large request would wait for ever while small ones take all that comes in; so it starts as they do, and is
        // paid back afterwards.
        max(0, (min(cost, 1) - level) / rate.perSecond)
    }

    /// Takes what a request costs, or gives back where that is below 0.
    mutating func take(_ cost: Double) { level -= cost }
}
