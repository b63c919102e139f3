internal import FoundationEssentials

/// Decides which model of a run gets the next free slot, and what the others wait for.
///
/// It contains everything that limits depend on, as of one time; cells that start change it.
struct Admission: Sendable {
    /// A model of the run that has pending cells.
    struct Model: Sendable, Equatable {
        var id: ModelID
        /// The model's name in `llm`; limits and learned values are kept by it.
        var name: String
        /// The number of the run's cells that are running.
        var running: Int
        /// The number of the run's cells that have been started or have ended.
        var begun: Int
        var pause: ModelPause?
        /// Whether one cell may test whether the model can be used again.
        var mayProbe = false
        var history = Reservation.History()

        fileprivate func comesBefore(_ other: Model) -> Bool {
            (running, begun, id) < (other.running, other.begun, other.id)
        }
    }

    /// Identifies a limit per minute.
    struct BucketName: Sendable, Hashable {
        var name: String
        var kind: Limit.Kind

        init(_ limit: Limit) {
            name = limit.name
            kind = limit.kind
        }
    }

    var now: Date
    private(set) var models: [ModelID: Model] = [:]
    /// The number of running cells by the model's name, across all runs and workers.
    private(set) var running: [String: Int]
    /// By the model's name.
    private(set) var throttles: [String: Throttle]
    var limits: [Limit]
    private(set) var buckets: [BucketName: TokenBucket]
    var budget: Budget
    private(set) var spending: Spending
    /// What models wait for that cannot start a cell.
    private(set) var waits: [ModelID: Wait] = [:]
    /// The models that need no further decision.
    private var settled: Set<ModelID> = []

    /// - Parameters:
    ///   - now: the time.
    ///   - models: those with pending cells.
    ///   - running: the number of running cells by the model's name, across all runs and workers.
    ///   - throttles: learned values, by the model's name; a missing one means that nothing is known.
    ///   - limits: configured limits.
    ///   - buckets: of limits per minute; a missing one is full.
    ///   - budget: the budget.
    ///   - spending: what has been spent or is reserved.
    init(
        now: Date, models: [Model], running: [String: Int], throttles: [String: Throttle] = [:], limits: [Limit] = [],
        buckets: [BucketName: TokenBucket] = [:], budget: Budget = Budget(), spending: Spending = Spending()
    ) {
        self.now = now
        self.running = running
        self.throttles = throttles
        self.limits = limits
        self.buckets = buckets
        self.budget = budget
        self.spending = spending
        for model in models {
            self.models[model.id] = model
            self.throttles[model.name, default: Throttle(now: now)].refresh(now: now)
        }
        for limit in limits where limit.isByTheMinute {
            let rate = TokenBucket.Rate.perMinute(limit.amount)
            self.buckets[BucketName(limit), default: TokenBucket(level: rate.capacity, filledAt: now)].fill(
                rate, now: now)
        }
    }

    /// The model that gets the next free slot: the one with the fewest running cells, then with the fewest started, so
    /// that a slow model does not delay others; nil if all have to wait.
    mutating func next() -> Model? {
        var free: Model?
        for model in models.values where !settled.contains(model.id) {
            if let wait = obstacle(to: model) {
                settle(model, wait)
            } else if free.map({ model.comesBefore($0) }) ?? true {
                free = model
            }
        }
        return free
    }

    /// What this request of a model has to wait for in addition; nil if it may start.
    func obstacle(to reservation: Reservation, of model: Model) -> Wait? {
        for limit in limits where limit.kind == .tokens && limit.covers(model.name) {
            let rate = TokenBucket.Rate.perMinute(limit.amount)
            let seconds = buckets[BucketName(limit)]?.wait(for: Double(reservation.expected), rate) ?? 0
            if seconds > 0 { return Wait(.limit(limit), until: now.addingTimeInterval(seconds)) }
        }
        switch budget.obstacle(to: reservation, after: spending) {
        case .cost(let spent, let next, let most): return Wait(.cost(spent: spent, next: next, budget: most))
        case .price: return Wait(.price)
        case .tokens(let spent, let next, let most): return Wait(.tokens(spent: spent, next: next, budget: most))
        case nil: return nil
        }
    }

    /// Excludes a model from further decisions, because it has to wait or has been handled.
    mutating func settle(_ model: Model, _ wait: Wait?) {
        settled.insert(model.id)
        waits[model.id] = wait
    }

    /// Counts a request that starts.
    mutating func start(_ reservation: Reservation, of model: Model) {
        models[model.id]?.running += 1
        models[model.id]?.begun += 1
        running[model.name, default: 0] += 1
        throttles[model.name]?.started(now: now)
        for limit in limits where limit.isByTheMinute && limit.covers(model.name) {
            buckets[BucketName(limit)]?.take(
                Double(limit.kind == .tokens ? reservation.expected : reservation.requests))
        }
        spending.reserve(reservation)
    }

    /// The number of a model's cells that may run at a time, by configured limits and by what was learned.
    func allowed(_ model: Model) -> Int {
        let configured = limits.filter { $0.kind == .concurrency && $0.covers(model.name) }.map { Int($0.amount) }
        return min(configured.min() ?? .max, throttles[model.name]?.slots ?? .max)
    }

    /// What any request of a model has to wait for; nil if nothing.
    private func obstacle(to model: Model) -> Wait? {
        if let pause = model.pause {
            guard model.mayProbe else { return Wait(.pause(pause)) }
            if model.running > 0 { return Wait(.firstAnswer) }
        }
        guard let throttle = throttles[model.name] else { return nil }
        if let hold = throttle.hold { return Wait(.provider(hold.because), until: hold.until) }
        for limit in limits where limit.kind == .concurrency && limit.covers(model.name) {
            let used = running.filter { limit.covers($0.key) }.values.reduce(0, +)
            if Double(used) + 1 > limit.amount { return Wait(.limit(limit)) }
        }
        if running[model.name, default: 0] >= throttle.slots {
            return Wait(.adapting(throttle.slots), until: throttle.opensAt)
        }
        if let pause = throttle.wait(now: now) {
            return Wait(.pace(throttle.pace?.perSecond(now: now) ?? 0), until: pause.until)
        }
        for limit in limits where limit.kind == .requests && limit.covers(model.name) {
            let seconds = buckets[BucketName(limit)]?.wait(for: 1, .perMinute(limit.amount)) ?? 0
            if seconds > 0 { return Wait(.limit(limit), until: now.addingTimeInterval(seconds)) }
        }
        let knowsCosts = model.history.largestTokens != nil || model.history.largestCost != nil
        if !budget.isEmpty, !knowsCosts, model.running > 0 { return Wait(.firstAnswer) }
        return nil
    }
}

extension Limit {
    /// Whether it is enforced with a bucket.
    var isByTheMinute: Bool { kind != .concurrency }
}
