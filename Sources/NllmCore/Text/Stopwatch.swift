internal import FoundationEssentials

/// Measures how long something takes by a clock that nobody can set, and tells between which times it took place.
struct Stopwatch: Sendable {
    /// Seconds by which the clock may be off at the end before it counts as set in the meantime.
    static let tolerance = 1.0

    private let date: Date
    private let instant: ContinuousClock.Instant

    /// Starts now.
    init(_ date: Date = Date(), at instant: ContinuousClock.Instant = .now) {
        self.date = date
        self.instant = instant
    }

    /// The times of start and end, as far apart as it took.
    ///
    /// They are by the clock as it stood at the start or, if it was set in the meantime, as it stands at the end.
    func times(
        endingAt end: Date = Date(), at instant: ContinuousClock.Instant = .now
    ) -> (start: Date, end: Date) {
        let seconds = max(0, (instant - self.instant) / .seconds(1))
        let start = end.addingTimeInterval(-seconds)
        let isSet = abs(start.timeIntervalSince(date)) > Self.tolerance
        return isSet ? (start, end) : (date, date.addingTimeInterval(seconds))
    }
}
