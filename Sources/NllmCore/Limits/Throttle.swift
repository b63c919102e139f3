internal import FoundationEssentials

/// What is learned about a model from its provider's behavior: how many requests may be in flight, and how fast they
/// may start.
///
/// Times come in as values. Call ``refresh(now:)`` before reading or changing it.
struct Throttle: Sendable, Equatable {
    /// The last time that the number of allowed requests was lowered.
    struct Cut: Sendable, Equatable {
        /// The number allowed before.
        var peak: Double
        /// The fraction that was cut off.
        var depth: Double
        var at: Date
    }

    /// A wait that the provider asked for.
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
            /// Requests start only at the pace at which they got through.
            case paced
        }

        var reason: Reason
        var until: Date
    }

    /// The number of requests that may be in flight at first, and the number that may join them before the first
    /// outcome, in steps.
    ///
    /// Refusals usually come sooner than answers, so a provider that refuses stops the steps, while a slow model does not
    /// hold up a short run. Even so, a provider that is unknown never gets more than this at once.
    static let opening = 16.0...64.0
    /// The size of a step, and the seconds between steps.
    static let openingStep = (requests: 16.0, seconds: 0.008)
    /// The fraction to be regained after the first cut, which ends near the number that got through.
    ///
    /// No other cut has this depth.
    static let firstDepth = 0.2
    /// Seconds without an outcome after which nothing but the numbers that were learned counts.
    static let idle = 600.0
    /// The fraction of a pace that is cut off; every second below the pace is a loss.
    static let paceDepth = 0.05
    /// Seconds of the first span of a pace and of the longest.
    ///
    /// The first is short because one second may have been measured too low. The longest is a compromise between the
    /// cost of a refusal, about a second, and how soon a raised limit is discovered.
    static let paceSpans = 15.0...60.0
    /// The slowest pace, in requests per second.
    static let slowest = 1.0 / 60

    /// The number of requests that may be in flight; ``slots`` is the whole number.
    var allowed = opening.lowerBound
    var cut: Cut?
    /// Seconds until an answer, smoothed.
    var roundTrip: Double?
    var sent: SentRate
    var pace: Pace?
    /// The bucket of the pace; meaningless without one.
    var bucket: TokenBucket
    var hold: Hold?
    /// Time of the last outcome.
    var activeAt: Date
    /// Start of the period in which the provider has refused everything; nil while it answers.
    var refusedSince: Date?

    /// Nothing is known yet.
    init(now: Date) {
        sent = SentRate(since: now)
        bucket = TokenBucket(level: 0, filledAt: now)
        activeAt = now
    }

    /// The number of requests that may be in flight, at least 1.
    var slots: Int { max(1, Int(allowed)) }

    /// When more requests may be in flight although none has ended; nil if only outcomes change the number.
    var opensAt: Date? {
        guard isOpening, allowed < Self.opening.upperBound else { return nil }
        let steps = max(0, (allowed - Self.opening.lowerBound) / Self.openingStep.requests)
        return activeAt.addingTimeInterval(Self.openingStep.seconds * (steps.rounded(.down) + 1))
    }

    /// Whether no request has ended yet, so that nothing is known.
    private var isOpening: Bool { roundTrip == nil && cut == nil }

    /// Advances it to a time: ends an expired hold, discards old values, and fills the bucket.
    mutating func refresh(now: Date) {
        _ = follow(now)
        // While the provider has asked to wait, there can be no outcomes.
        let lastAskable = max(activeAt, hold.map { min($0.until, now) } ?? activeAt)
        if let over = hold?.until, over <= now {
            hold = nil
            bucket = TokenBucket(level: 0, filledAt: over)
        }
        if now.timeIntervalSince(activeAt) >= Self.idle {
            restart(now: now, isRefused: now.timeIntervalSince(lastAskable) < Self.idle)
        }
        open(now: now)
        if let pace, pace.perSecond(now: now) > 4 * pace.peak { self.pace = nil }
        if let pace { bucket.fill(pace.rate(now: now), now: now) }
    }

    /// Begins again where it was left: with the number and the pace that were learned, which grow from there.
    private mutating func restart(now: Date, isRefused: Bool) {
        let left = self
        self = Throttle(now: now)
        allowed = left.allowed
        hold = left.hold
        refusedSince = isRefused ? left.refusedSince : nil
        if let old = left.cut { cut = Cut(peak: max(old.peak, allowed), depth: old.depth, at: now) }
        if let old = left.pace { pace = Pace(peak: old.peak, cutAt: now, span: Self.paceSpans.lowerBound) }
    }

    /// Allows more before the first outcome.
    private mutating func open(now: Date) {
        guard isOpening else { return }
        // A timer that is a little early has to find its step.
        let steps = ((now.timeIntervalSince(activeAt) + 1e-6) / Self.openingStep.seconds).rounded(.down)
        let opened = Self.opening.lowerBound + Self.openingStep.requests * steps
        allowed = max(allowed, min(Self.opening.upperBound, opened))
    }

    /// Moves all times together if the clock was set back since they were recorded, so that their distances stay the
    /// same.
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

    /// What a request has to wait for, apart from ``slots``; nil if it may start now.
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
    ///   - startedAt: start of the request.
    ///   - now: time of the answer.
    ///   - used: the number of requests in flight, including this one.
    mutating func succeeded(startedAt: Date, now: Date, used: Int) {
        activeAt = now
        // All of them were refused, as while the provider was down: nothing was learned of a number.
        if pace == nil, let refusedSince, let cut, refusedSince <= cut.at, startedAt >= cut.at { self.cut = nil }
        refusedSince = nil
        let seconds = max(0, now.timeIntervalSince(startedAt))
        let smoothed = roundTrip.map { $0 + (seconds - $0) / 8 } ?? seconds
        roundTrip = smoothed
        // A number that is not used has not been tested.
        guard Double(used) >= allowed / 2 else { return }
        // It triples in a round trip, because one may take seconds. With a pace, the number is not what limits.
        guard let cut, pace == nil else {
            allowed += 2
            return
        }
        let growth = CubicGrowth(peak: cut.peak, depth: cut.depth, span: max(0.001, 8 * smoothed))
        // At most one more per answer, so that a large number does not start at once after the curve has risen unused.
        allowed = max(allowed, min(allowed + 1, growth.value(after: now.timeIntervalSince(cut.at))))
    }

    /// Allows less after a failure, if the provider had too many requests.
    ///
    /// - Parameters:
    ///   - failure: why it failed.
    ///   - startedAt: start of the request.
    ///   - now: time of the failure.
    ///   - used: the number of requests in flight, including this one.
    ///   - jitter: a random number from 0 to 1, to spread requests that were told to wait together.
    mutating func failed(_ failure: Failure, startedAt: Date, now: Date, used: Int, jitter: Double) {
        activeAt = now
        if failure.kind.isRefusal {
            refusedSince = refusedSince ?? now
        } else if failure.kind.traits.isVerdict {
            refusedSince = nil
        }
        switch failure.kind {
        case .overloaded:
            cut(by: 0.1, startedAt: startedAt, now: now, used: used)
        case .rateLimited:
            sent.refused()
            // Only a failure with a Retry-After certainly concerns the rate; otherwise the number in flight may be the
            // cause, unless it is down to one.
            if failure.retryAfter != nil || pace != nil || slots == 1 {
                slow(startedAt: startedAt, now: now, mustKnow: failure.retryAfter == nil)
            }
            cut(by: 0.5, startedAt: startedAt, now: now, used: used)
        default: return
        }
        if let retryAfter = failure.retryAfter { hold(retryAfter, failure, now: now, jitter: jitter) }
    }

    /// The number of seconds for which the provider has refused everything, if that is enough to give it up; nil
    /// otherwise.
    ///
    /// It is called after a refusal, because only another try shows that the provider still refuses.
    ///
    /// - Parameters:
    ///   - seconds: the longest time to let it refuse everything.
    ///   - startedAt: start of the refused request.
    ///   - now: time of the refusal.
    /// - Returns: the number of seconds, or nil.
    func refusal(ofAtLeast seconds: Double, startedAt: Date, now: Date) -> Double? {
        guard let refusedSince, startedAt >= refusedSince else { return nil }
        let lasted = now.timeIntervalSince(refusedSince)
        return lasted >= seconds ? lasted : nil
    }

    /// Allows fewer at a time, once for all requests that were in flight together.
    ///
    /// After the first cut, each refusal of these counts, so that what is left is the number that got through.
    private mutating func cut(by depth: Double, startedAt: Date, now: Date, used: Int) {
        if let cut, startedAt > cut.at {
            self.cut = Cut(peak: allowed, depth: depth, at: now)
            allowed = max(1, allowed * (1 - depth))
        } else if let cut {
            guard cut.depth == Self.firstDepth else { return }
            allowed = max(1, allowed - 1)
            self.cut?.peak = allowed
        } else {
            allowed = max(1, min(allowed, Double(used)) - 1)
            cut = Cut(peak: allowed, depth: Self.firstDepth, at: now)
        }
    }

    /// Starts requests at the rate at which they got through, or at some rate if nothing else limits them.
    private mutating func slow(startedAt: Date, now: Date, mustKnow: Bool) {
        let through = 0.97 * sent.perSecond(at: startedAt)
        guard let old = pace else {
            guard through > 0 || mustKnow else { return }
            pace = Pace(peak: max(1, through), cutAt: now, span: Self.paceSpans.lowerBound)
            bucket = TokenBucket(level: 0, filledAt: now)
            return
        }
        if startedAt <= old.cutAt {
            // It was sent together with the first refused one, and was counted as having got through.
            pace?.peak = max(min(old.peak, 1), old.peak - 0.97, min(old.peak, through))
            // If all were refused, other clients have used up the limit, and nothing is known about a rate.
            if through == 0, !mustKnow { pace = nil }
            return
        }
        let current = old.perSecond(now: now)
        // One second says little about a small difference, and what got through at the pace is known better.
        let peak = max(Self.slowest, through < 0.7 * current ? max(through, current / 2) : 0.97 * current)
        let isSame = abs(peak - old.peak) <= 0.15 * old.peak
        let span = isSame ? min(2 * old.span, Self.paceSpans.upperBound) : Self.paceSpans.lowerBound
        pace = Pace(peak: peak, cutAt: now, span: span)
        bucket = TokenBucket(level: 0, filledAt: now)
    }

    /// Whether it has changed by more than what the next outcome would set again.
    func isNews(since other: Throttle) -> Bool {
        (allowed, cut, pace, hold, sent, refusedSince)
            != (other.allowed, other.cut, other.pace, other.hold, other.sent, other.refusedSince)
            || activeAt.timeIntervalSince(other.activeAt) > Self.idle / 60
    }

    /// Waits until the time that the provider asked for, up to a tenth longer, and never shorter than it asked for
    /// before.
    private mutating func hold(_ retryAfter: Double, _ failure: Failure, now: Date, jitter: Double) {
        let until = now.addingTimeInterval(max(0, retryAfter) * (1 + jitter / 10))
        if let hold, hold.until >= until { return }
        hold = Hold(until: until, because: failure.message)
    }
}
