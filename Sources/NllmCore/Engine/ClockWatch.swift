internal import FoundationEssentials

/// Notices that the clock was set, by comparing it with one that can't be set.
struct ClockWatch: Sendable {
    /// Seconds by which both may differ between two looks; clocks are adjusted by less all the time.
    static let tolerance = 2.0

    private var last: (date: Date, instant: ContinuousClock.Instant)

    /// Starts from what both clocks show.
    init(_ date: Date = Date(), at instant: ContinuousClock.Instant = .now) {
        last = (date, instant)
    }

    /// Looks at both clocks.
    ///
    /// - Returns: the seconds by which the clock was set since the last look, below 0 where it was set back; nil if it
    ///   was not.
    mutating func step(_ date: Date = Date(), at instant: ContinuousClock.Instant = .now) -> Double? {
        let seconds = date.timeIntervalSince(last.date) - (instant - last.instant) / .seconds(1)
        last = (date, instant)
        return abs(seconds) > Self.tolerance ? seconds : nil
    }
}
