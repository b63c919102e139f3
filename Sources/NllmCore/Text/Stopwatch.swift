internal import FoundationEssentials

/// Measures a duration by a clock that nobody can set, and gives times of its start and end.
struct Stopwatch: Sendable {
    /// Seconds by which the clock may be off at the end before it counts as having been set.
    static let tolerance = 1.0

    private let date: Date
    private let instant: ContinuousClock.Instant

    /// Starts now.
    init(_ date: Date = Date(), at instant: ContinuousClock.Instant = .now) {
        self.date = date
        self.instant = instant
    }

    /// The times of start and end, exactly the measured duration apart.
    ///
    /// They are based on the clock at the start or, if it was set in the meantime, on the clock at the end.
    func times(
        endingAt end: Date = Date(), at instant: ContinuousClock.Instant = .now
    ) -> (start: Date, end: Date) {
        let seconds = max(0, (instant - self.instant) / .seconds(1))
        let start = end.addingTimeInterval(-seconds)
        let isSet = abs(start.timeIntervalSince(date)) > Self.tolerance
        return isSet ? (start, end) : (date, date.addingTimeInterval(seconds))
    }
}
