internal import FoundationEssentials

/// A bucket that fills with time and that requests empty, so that a rate is kept.
struct TokenBucket: Sendable, Equatable {
    /// How fast a bucket fills, and its capacity.
    struct Rate: Sendable, Equatable {
        var perSecond: Double
        var capacity: Double

        /// The rate that never allows more than `amount` in any minute.
        ///
        /// Requests reach the provider after varying times, so part of the minute is left free, and little is saved up.
        static func perMinute(_ amount: Double) -> Rate {
            Rate(perSecond: amount * 0.97 / 60, capacity: max(1, amount / 100))
        }
    }

    /// Its level; negative after a request that took more than it contained.
    var level: Double
    var filledAt: Date

    /// Adds what has accrued since it was last filled.
    mutating func fill(_ rate: Rate, now: Date) {
        let seconds = now.timeIntervalSince(filledAt)
        guard seconds >= 0 else {
            // A process that waited for its turn may have an earlier time; only a clock that was set back restarts the
            // bucket.
            if SetClock.isAhead(filledAt, of: now) { filledAt = now }
            return
        }
        level = min(rate.capacity, level + seconds * rate.perSecond)
        filledAt = now
    }

    /// Seconds until a request may start; 0 if it may start now.
    ///
    /// Call ``fill(_:now:)`` first.
    func wait(for cost: Double, _ rate: Rate) -> Double {
        // A large request would wait forever while small ones take everything; so it starts as they do, and is paid
        // back afterwards.
        max(0, (min(cost, 1) - level) / rate.perSecond)
    }

    /// Takes the cost of a request, or gives back if it is negative.
    mutating func take(_ cost: Double) { level -= cost }
}
