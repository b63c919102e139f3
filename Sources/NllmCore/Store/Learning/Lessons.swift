internal import FoundationEssentials

/// What a group of outcomes has shown about their models, before it is saved.
struct Lessons {
    let limits: [Limit]
    /// The number of running cells by the model's name, including those that have just ended.
    let running: [String: Int]
    fileprivate var throttles: [String: Throttle] = [:]
    /// The models whose throttles are worth saving.
    fileprivate var changed: Set<String> = []
    fileprivate var buckets: [Admission.BucketName: TokenBucket] = [:]
    fileprivate var healths: [ModelID: ModelHealth] = [:]
    /// How many of the running ones have ended and been processed, by the model's name.
    fileprivate var ended: [String: Int] = [:]
    fileprivate var spent = Spending()
    fileprivate var usage: [ModelID: ModelUsage] = [:]
    fileprivate(set) var news: [ModelNews] = []

    init(limits: [Limit], running: [String: Int]) {
        self.limits = limits
        self.running = running
    }
}

extension Store {
    /// A hold of fewer seconds is not worth reporting.
    private static let briefHold = 10.0

    /// Processes what an outcome shows about its model.
    ///
    /// - Parameters:
    ///   - report: the outcome.
    ///   - lessons: what is known.
    ///   - isOld: whether it no longer says anything except what it has cost.
    /// - Returns: whether the cell failed for the reason for which its model is paused, and has to wait with the
    ///   others.
    /// - Throws: if the store cannot be read or written.
    func learn(_ report: Report, _ lessons: inout Lessons, isOld: Bool = false) throws -> Bool {
        if !isOld { lessons.ended[report.claim.request.model, default: 0] += 1 }
        if report.outcome.usage != nil || report.outcome.mayBeBilled {
            lessons.usage[report.claim.modelID, default: ModelUsage()].add(report)
        }
        lessons.spent.cost += report.cost ?? report.possibleCost ?? 0
        lessons.spent.tokens += report.tokens ?? report.possibleTokens ?? 0
        guard report.outcome.status != .interrupted, !isOld else { return false }
        try correctTokens(report, &lessons)
        try learnThrottle(report, &lessons)
        return try learnHealth(report, &lessons)
    }

    func save(_ lessons: Lessons, now: Date) throws {
        for (model, throttle) in lessons.throttles where lessons.changed.contains(model) {
            try save(throttle, of: model)
        }
        for (name, bucket) in lessons.buckets { try save(bucket, name) }
        for (modelID, usage) in lessons.usage { try usage.save(of: modelID, in: database) }
        try noteSpending(cost: lessons.spent.cost, tokens: lessons.spent.tokens, now: now)
    }

    private func learnThrottle(_ report: Report, _ lessons: inout Lessons) throws {
        let (outcome, model) = (report.outcome, report.claim.request.model)
        let now = outcome.finishedAt
        let before = try lessons.throttles[model] ?? throttle(of: model)
        var throttle = before ?? Throttle(now: now)
        throttle.refresh(now: now)
        let wasHeld = throttle.hold != nil
        if let failure = outcome.failure, failure.kind.traits.meaning != .answer {
            throttle.failed(
                failure, startedAt: outcome.startedAt, now: now, used: lessons.running[model, default: 1],
                jitter: .random(in: 0...1))
        } else {
            throttle.succeeded(startedAt: outcome.startedAt, now: now, used: lessons.running[model, default: 1])
        }
        lessons.throttles[model] = throttle
        if before.map({ throttle.isNews(since: $0) }) ?? true { lessons.changed.insert(model) }
        guard !wasHeld, let hold = throttle.hold, hold.until.timeIntervalSince(now) >= Self.briefHold else { return }
        lessons.news.append(
            ModelNews(
                label: report.claim.label, runID: report.claim.runID,
                change: .held(until: hold.until, because: hold.because)))
    }

    private func learnHealth(_ report: Report, _ lessons: inout Lessons) throws -> Bool {
        let modelID = report.claim.modelID
        let before = try lessons.healths[modelID] ?? health(of: modelID)
        var health = before
        let failure = report.outcome.status == .ok ? nil : report.outcome.failure
        let change = health.ended(
            failure, isFirst: report.claim.attempts == 0, refused: refusal(report, lessons),
            startedAt: report.outcome.startedAt, now: report.outcome.finishedAt)
        lessons.healths[modelID] = health
        if change != nil || health != before { try save(health, change, of: modelID) }
        switch change {
        case .paused: if let pause = health.pause { tell(.paused(pause)) }
        case .recovered: tell(.recovered)
        case .stillPaused, nil: break
        }
        func tell(_ change: ModelNews.Change) {
            lessons.news.append(ModelNews(label: report.claim.label, runID: report.claim.runID, change: change))
        }
        // A cell that shows that the provider refuses everything did not fail on its own.
        let pause = change == .paused && failure?.kind.isRefusal == true ? health.pause : before.pause
        return failure.map { pause?.explains($0.kind) ?? false } ?? false
    }

    /// The number of seconds for which the provider has refused everything, if that is enough to give its model up.
    private func refusal(_ report: Report, _ lessons: Lessons) -> Double? {
        let (outcome, model) = (report.outcome, report.claim.request.model)
        // Requests in flight may still be answered.
        guard outcome.failure?.kind.isRefusal == true,
            lessons.running[model, default: 0] <= lessons.ended[model, default: 0]
        else { return nil }
        return lessons.throttles[model]?.refusal(
            ofAtLeast: report.maxWait, startedAt: outcome.startedAt, now: outcome.finishedAt)
    }

    /// Replaces the estimated number of tokens in limits per minute with the actual one.
    private func correctTokens(_ report: Report, _ lessons: inout Lessons) throws {
        let (model, expected) = (report.claim.request.model, report.claim.reservation.expected)
        let limits = lessons.limits.filter { $0.kind == .tokens && $0.covers(model) }
        // A refused request took nothing; one that broke off took an unknown number.
        let actual = report.tokens ?? (report.outcome.mayBeBilled ? expected : 0)
        guard !limits.isEmpty, actual != expected else { return }
        for limit in limits {
            let name = Admission.BucketName(limit)
            guard var bucket = try lessons.buckets[name] ?? buckets(of: [limit])[name] else { continue }
            bucket.take(Double(actual - expected))
            lessons.buckets[name] = bucket
        }
    }
}
