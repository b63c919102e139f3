internal import FoundationEssentials

/// What stored times mean to a clock that may have been set since they were written.
///
/// Whatever has happened lies in the past. Where its time lies in the future, a clock that was ahead has written it and
/// has been set back: how long ago that was is not known, only that it is over. Times come in as values.
enum SetClock {
    /// Seconds that a time may be ahead without a clock having been set.
    ///
    /// Clocks of several hosts differ, and a process that waited for the database comes with an earlier time.
    static let tolerance = 10.0

    /// Whether something that has happened seems to lie in the future.
    static func isAhead(_ past: Date, of now: Date) -> Bool { past.timeIntervalSince(now) > tolerance }

    /// Seconds by which times have to be moved together so that the latest thing that has happened does not lie in the
    /// future; 0 if it does not, and below 0 otherwise.
    static func correction(latest: Date, now: Date) -> Double {
        isAhead(latest, of: now) ? now.timeIntervalSince(latest) : 0
    }

    /// The end of a wait.
    ///
    /// - Parameters:
    ///   - end: until when it was to last.
    ///   - decided: when that was decided.
    ///   - now: the time.
    /// - Returns: the same, or as long from now as it was to last then if that lies in the future.
    static func end(ofWaitUntil end: Date, decided: Date, now: Date) -> Date {
        end.addingTimeInterval(correction(latest: decided, now: now))
    }
}
