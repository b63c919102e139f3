internal import FoundationEssentials

extension Throttle {
    /// How fast requests may start; known once the provider has refused one.
    struct Pace: Sendable, Equatable {
        /// Requests per second, a little less than what got through.
        var peak: Double
        var cutAt: Date
        /// Seconds until the peak is reached again.
        var span: Double

        func perSecond(now: Date) -> Double {
            CubicGrowth(peak: peak, depth: Throttle.paceDepth, span: span).value(after: now.timeIntervalSince(cutAt))
        }

        /// How the bucket fills.
        ///
        /// It saves up a twentieth of a second, for what a late start has missed; more would exceed the limit of a
        /// second when it is used at once.
        func rate(now: Date) -> TokenBucket.Rate {
            let perSecond = perSecond(now: now)
            return TokenBucket.Rate(perSecond: perSecond, capacity: 1 + perSecond / 20)
        }
    }
}
