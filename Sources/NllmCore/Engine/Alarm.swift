internal import FoundationEssentials

/// Wakes a worker when a limit lets the next cell start, if that is before its next tick.
struct Alarm {
    private var time: Date?

    /// Sets it, unless it is set for the same time or an earlier one.
    ///
    /// - Parameters:
    ///   - time: when the next cell may start.
    ///   - tick: the time between two ticks.
    ///   - now: the time.
    /// - Returns: how long to sleep; nil if the alarm was not set.
    mutating func set(_ time: Date, tick: Duration, now: Date) -> Duration? {
        let seconds = time.timeIntervalSince(now)
        guard seconds < tick / .seconds(1) else { return nil }
        if let known = self.time, known > now, known <= time { return nil }
        self.time = time
        return .seconds(max(0.001, seconds))
    }
}
