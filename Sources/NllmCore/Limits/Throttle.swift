internal import FoundationEssentials

/// What is learned of a model from what its provider says: how many requests may be under way and how fast they may start.
///
/// Times come in as values. Whoever reads or changes it calls ``refresh(now:)`` first.
struct Throttle: Sendable, Equatable {
    /// The last time that fewer requests were allowed.
    struct Cut: Sendable, Equatable {
        /// How many were allowed before.
        var peak: Double
        /// Which part of them was cut off.
        var depth: Double
        var at: Date
    }

    /// How fast requests may start, known once the provider has refused one.
    struct Pace: Sendable, Equatable {
        /// Requests a second, a little less than what went through.
        var peak: Double
        var cutAt: Date
        /// Seconds until the peak is reached again.
        var span: Double

        func perSecond(now: Date) -> Double {
            CubicGrowth(peak: peak, depth: Throttle.paceDepth, span: span).value(after: now.timeIntervalSince(cutAt))
        }

        /// How the bucket fills.
        ///
        /// It saves up a twentieth of a second, for what a start that comes late has missed; more would go past the limit of
        /// a second when it is used at once.
        func rate(now: Date) -> TokenBucket.Rate {
            let perSecond = perSecond(now: now)
            return TokenBucket.Rate(perSecond: perSecond, capacity: 1 + perSecond / 20)
        }
    }

    /// What the provider asked for.
    struct Hold: Sendable, Equatable {
        var until: Date
        /// The provider's words.
        var because: String
    }

    /// Why no request may start, and until when.
    struct Pause: Sendable, Equatable {
        enum Reason: Sendable, Equatable {
            /// The provider asked to wait, in these words.
            case held(String)
            /// Requests start at the pace at which they were let through.
            case paced
        }

        var reason: Reason
        var until: Date
    }

    /// How many requests may be under way at first.
    static let initial = 8.0
    /// Seconds without an outcome after which what was learned is no longer worth anything.
    static let idle = 600.0
    /// Which part of a pace is cut off; each second below it is lost.
    static let paceDepth = 0.05
    /// Seconds of the first span of a pace and of the longest.
    ///
    /// The first is short because one second may have been measured too low. The longest is a compromise of what each
    /// refusal costs, about a second, and of how soon a raised limit is found.
    static let paceSpans = 15.0...60.0
    /// The slowest pace in requests a second.
    static let slowest = 1.0 / 60

    /// How many requests may be under way; ``slots`` has it as a whole number.
    var allowed = initial
    var cut: Cut?
    /// Seconds that an answer takes, smoothed.
    var roundTrip: Double?
    var sent: SentRate
    var pace: Pace?
    /// The pace's; it means nothing without one.
    var bucket: TokenBucket
    var hold: Hold?
    /// When the last outcome came.
    var activeAt: Date
    /// Since when the provider has refused everything; nil while it answers.
    var refusedSince: Date?

    /// Nothing is known yet.
    init(now: Date) {
        sent = SentRate(since: now)
        bucket = TokenBucket(level: 0, filledAt: now)
        activeAt = now
    }

    /// How many requests may be under way, at least 1.
    var slots: Int { max(1, Int(allowed)) }

    /// Brings it up to a time: ends a hold that is over, forgets what is too old, and fills the bucket.
    mutating func refresh(now: Date) {
        _ = follow(now)
        // While it has to be left alone, nothing can come of it.
        let lastAskable = max(activeAt, hold.map { min($0.until, now) } ?? activeAt)
        if let over = hold?.until, over <= now {
            hold = nil
            bucket = TokenBucket(level: 0, filledAt: over)
        }
        if now.timeIntervalSince(activeAt) >= Self.idle {
            let (held, refused) = (hold, now.timeIntervalSince(lastAskable) < Self.idle ? refusedSince : nil)
            self = Throttle(now: now)
            hold = held
            refusedSince = refused
        }
        if let pace, pace.perSecond(now: now) > 4 * pace.peak { self.pace = nil }
        if let pace { bucket.fill(pace.rate(now: now), now: now) }
    }

    /// Moves all times together if the clock was set back since they were noted: it stands as it stood then.
    ///
    /// - Returns: whether it was.
    mutating func follow(_ now: Date) -> Bool {
        let past = [activeAt, sent.since, bucket.filledAt] + [cut?.at, pace?.cutAt, refusedSince].compactMap(\.self)
        let seconds = SetClock.correction(latest: past.max() ?? now, now: now)
        guard seconds != 0 else { return false }
        activeAt += seconds
        sent.since += seconds
        bucket.filledAt += seconds
        cut?.at += seconds
        pace?.cutAt += seconds
        hold?.until += seconds
        refusedSince = refusedSince.map { $0 + seconds }
        return true
    }

    /// What a request has to wait for; nil when it may start now, as far as ``slots`` go.
    func wait(now: Date) -> Pause? {
        if let hold, hold.until > now { return Pause(reason: .held(hold.because), until: hold.until) }
        guard let pace else { return nil }
        let seconds = bucket.wait(for: 1, pace.rate(now: now))
        return seconds > 0 ? Pause(reason: .paced, until: now.addingTimeInterval(seconds)) : nil
    }

    /// Counts a request that starts.
    mutating func started(now: Date) {
        sent.started(now: now)
        if pace != nil { bucket.take(1) }
    }

    /// Allows more after an answer.
    ///
    /// - Parameters:
    ///   - startedAt: when the request started.
    ///   - now: when the answer came.
    ///   - used: how many requests were under way, this one included.
    mutating func succeeded(startedAt: Date, now: Date, used: Int) {
        activeAt = now
        refusedSince = nil
        let seconds = max(0, now.timeIntervalSince(startedAt))
        let smoothed = roundTrip.map { $0 + (seconds - $0) / 8 } ?? seconds
        roundTrip = smoothed
        // What isn't used has not been tried.
        guard Double(used) >= allowed / 2 else { return }
        // It triples in a round trip, since one may take seconds. Where a pace is kept the number is not what limits.
        guard let cut, pace == nil else {
            allowed += 2
            return
        }
        let growth = CubicGrowth(peak: cut.peak, depth: cut.depth, span: max(0.001, 8 * smoothed))
        // One more for each answer at most, so that many don't start at once where the curve went on unused.
        allowed = max(allowed, min(allowed + 1, growth.value(after: now.timeIntervalSince(cut.at))))
    }

    /// Allows less after a failure, if the provider had too many requests.
    ///
    /// - Parameters:
    ///   - failure: why it failed.
    ///   - startedAt: when the request started.
    ///   - now: when it failed.
    ///   - jitter: a random number from 0 to 1, which spreads those that were told to wait together.
    mutating func failed(_ failure: Failure, startedAt: Date, now: Date, jitter: Double) {
        activeAt = now
        if failure.kind.isRefusal {
            refusedSince = refusedSince ?? now
        } else if failure.kind.traits.isVerdict {
            refusedSince = nil
        }
        switch failure.kind {
        case .overloaded:
            cut(by: 0.1, startedAt: startedAt, now: now)
        case .rateLimited:
            sent.refused()
            // Only who says when to come again surely limits the rate; otherwise it may be how many are under way, until
            // there is no fewer than one.
            if failure.retryAfter != nil || pace != nil || slots == 1 {
                slow(startedAt: startedAt, now: now, mustKnow: failure.retryAfter == nil)
            }
            cut(by: 0.5, startedAt: startedAt, now: now)
        default: return
        }
        if let asked = failure.retryAfter { hold(asked, failure, now: now, jitter: jitter) }
    }

    /// For how many seconds the provider has refused everything, if that is enough to give it up; nil if it is not.
    ///
    /// It is asked after a refusal, as only another try can tell that the provider still refuses.
    ///
    /// - Parameters:
    ///   - seconds: how long it may refuse everything.
    ///   - startedAt: when the request started that was refused.
    ///   - now: when it was refused.
    /// - Returns: the seconds, or nil.
    func refusal(ofAtLeast seconds: Double, startedAt: Date, now: Date) -> Double? {
        guard let refusedSince, startedAt >= refusedSince else { return nil }
        let lasted = now.timeIntervalSince(refusedSince)
        return lasted >= seconds ? lasted : nil
    }

    /// Allows fewer at a time, once for all that were under way together.
    private mutating func cut(by depth: Double, startedAt: Date, now: Date) {
        if let cut, startedAt <= cut.at { return }
        cut = Cut(peak: allowed, depth: depth, at: now)
        allowed = max(1, allowed * (1 - depth))
    }

    /// Starts requests at the rate at which they were let through; at some rate if nothing else keeps them back.
    private mutating func slow(startedAt: Date, now: Date, mustKnow: Bool) {
        let through = 0.97 * sent.perSecond(at: startedAt)
        guard let old = pace else {
            guard through > 0 || mustKnow else { return }
            pace = Pace(peak: max(1, through), cutAt: now, span: Self.paceSpans.lowerBound)
            bucket = TokenBucket(level: 0, filledAt: now)
            return
        }
        if startedAt <= old.cutAt {
            // It was sent together with the one that was refused first, and was counted as let through.
            pace?.peak = max(min(old.peak, 1), old.peak - 0.97, min(old.peak, through))
            // Where all were refused, others have used up what there was, and nothing is known of a rate.
            if through == 0, !mustKnow { pace = nil }
            return
        }
        let current = old.perSecond(now: now)
        // One second tells little of a small difference, and what went on at the pace is known better.
        let peak = max(Self.slowest, through < 0.7 * current ? max(through, current / 2) : 0.97 * current)
        let isSame = abs(peak - old.peak) <= 0.15 * old.peak
        let span = isSame ? min(2 * old.span, Self.paceSpans.upperBound) : Self.paceSpans.lowerBound
        pace = Pace(peak: peak, cutAt: now, span: span)
        bucket = TokenBucket(level: 0, filledAt: now)
    }

    /// Whether it has changed by more than what is told again by the next outcome.
    func isNews(since other: Throttle) -> Bool {
        (allowed, cut, pace, hold, sent, refusedSince)
            != (other.allowed, other.cut, other.pace, other.hold, other.sent, other.refusedSince)
            || activeAt.timeIntervalSince(other.activeAt) > Self.idle / 60
    }

    /// Keeps to what the provider asked for, and later by up to a tenth, never earlier than what it asked for before.
    private mutating func hold(_ seconds: Double, _ failure: Failure, now: Date, jitter: Double) {
        let until = now.addingTimeInterval(max(0, seconds) * (1 + jitter / 10))
        if let hold, hold.until >= until { return }
        hold = Hold(until: until, because: failure.message)
    }
}
