internal import FoundationEssentials

/// Interprets stored times when the clock may have been set since they were written.
///
/// Whatever has happened is in the past. If its time is in the future, a clock that was ahead wrote it and has been set
/// back: how long ago it happened is unknown, only that it is over. Times come in as values.
enum SetClock {
    /// Seconds by which a time may be ahead without a clock having been set.
    ///
    /// Clocks of different hosts differ, and a process that waited for the database has an earlier time.
    static let tolerance = 10.0

    /// Whether something that has happened appears to be in the future.
    static func isAhead(_ past: Date, of now: Date) -> Bool { past.timeIntervalSince(now) > tolerance }

    /// Seconds by which times must be moved together so that the latest past event is not in the future; 0 if it is
    /// not, negative otherwise.
    static func correction(latest: Date, now: Date) -> Double {
        isAhead(latest, of: now) ? now.timeIntervalSince(latest) : 0
    }

    /// The end of a wait.
    ///
    /// - Parameters:
    ///   - end: the planned end.
    ///   - decided: when the wait was decided.
    ///   - now: the time.
    /// - Returns: the same time or, if `decided` is in the future, one that is as far from now as it was planned to be.
    static func end(ofWaitUntil end: Date, decided: Date, now: Date) -> Date {
        end.addingTimeInterval(correction(latest: decided, now: now))
    }
}
