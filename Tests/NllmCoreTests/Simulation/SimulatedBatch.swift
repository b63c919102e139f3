import Foundation

@testable import NllmCore

/// A run whose cells are admitted as the store admits them, and answered by models that are made up; time is a value.
///
/// Nothing of it sleeps or is random.
struct SimulatedBatch {
    /// How a model answers.
    struct Model {
        var name: String
        var cells: Int
        /// Seconds that an answer takes.
        var latency = 1.0
        /// What a cell may take at worst, and what it takes.
        var reservation = Reservation(cost: nil, tokens: 0, expected: 0)
        var cost = 0.0
        var tokens = 0
        /// How a cell that starts at that time fails; nil for a good answer.
        var failure: @Sendable (Date) -> Failure? = { _ in nil }
    }

    /// A cell that was started.
    struct Start: Equatable {
        var time: Double
        var model: String
    }

    static let begin = Date(timeIntervalSince1970: 1_000_000)

    var models: [Model]
    var places: Int
    var limits: [Limit] = []
    var budget = Budget()
    /// Seconds that a provider may refuse everything.
    var maxWait = 300.0

    /// All starts, in their order.
    private(set) var starts: [Start] = []
    /// What was spent.
    private(set) var spent = Spending()
    /// What each model waited for when nothing could be done any more.
    private(set) var waits: [String: Wait.Reason] = [:]
    private(set) var cellsAtATime: [String: Int] = [:]

    private var running: [(end: Date, start: Date, model: Int)] = []
    private var throttles: [String: Throttle] = [:]
    private var buckets: [Admission.BucketName: TokenBucket] = [:]
    private var healths: [Int: ModelHealth] = [:]
    private var histories: [Int: Reservation.History] = [:]
    private var begun: [Int: Int] = [:]
    /// When the last answer came.
    private var endedAt = begin

    init(_ models: [Model], places: Int, limits: [Limit] = [], budget: Budget = Budget()) {
        self.models = models
        self.places = places
        self.limits = limits
        self.budget = budget
    }

    /// Seconds since the beginning.
    static func seconds(_ date: Date) -> Double { date.timeIntervalSince(begin) }

    /// How many cells of a model were started.
    func count(_ model: String) -> Int { starts.filter { $0.model == model }.count }

    /// Works until nothing can be started any more, or until that many seconds are over.
    ///
    /// Each model that is paused may be tried once more if `probing`.
    mutating func work(seconds: Double = .infinity, probing: Bool = false) {
        var now = max(Self.begin.addingTimeInterval(starts.last?.time ?? 0), endedAt)
        let end = Self.begin.addingTimeInterval(seconds)
        var probes = probing ? Set(models.indices) : []
        while now <= end {
            let next = fill(now, &probes)
            guard let time = [running.map(\.end).min(), next].compactMap(\.self).min() else { return }
            now = max(time, now.addingTimeInterval(0.001))
            finish(now)
        }
    }

    /// Starts all that may start, and returns when more may.
    private mutating func fill(_ now: Date, _ probes: inout Set<Int>) -> Date? {
        var admission = admission(now, probes)
        while running.count < places, let model = admission.next() {
            let index = Int(model.id.number)
            if let wait = admission.obstacle(to: models[index].reservation, of: model) {
                admission.settle(model, wait)
                continue
            }
            admission.start(models[index].reservation, of: model)
            probes.remove(index)
            begun[index, default: 0] += 1
            models[index].cells -= 1
            running.append((now.addingTimeInterval(models[index].latency), now, index))
            starts.append(Start(time: Self.seconds(now), model: model.name))
            let inFlight = running.filter { $0.model == index }.count
            cellsAtATime[model.name] = max(cellsAtATime[model.name] ?? 0, inFlight)
            if models[index].cells == 0 { admission.settle(model, nil) }
        }
        throttles = admission.throttles
        buckets = admission.buckets
        waits = [:]
        for (id, wait) in admission.waits { waits[models[Int(id.number)].name] = wait.reason }
        return admission.waits.values.compactMap(\.until).min()
    }

    private func admission(_ now: Date, _ probes: Set<Int>) -> Admission {
        var spending = spent
        for cell in running { spending.reserve(models[cell.model].reservation) }
        var used: [String: Int] = [:]
        for cell in running { used[models[cell.model].name, default: 0] += 1 }
        let candidates = models.indices.filter { models[$0].cells > 0 }.map { index in
            Admission.Model(
                id: ModelID(Int64(index)), name: models[index].name,
                running: running.filter { $0.model == index }.count,
                begun: begun[index] ?? 0, pause: healths[index]?.pause, mayProbe: probes.contains(index),
                history: histories[index] ?? .init())
        }
        return Admission(
            now: now, models: candidates, running: used, throttles: throttles, limits: limits, buckets: buckets,
            budget: budget, spending: spending)
    }

    /// Takes in the answers that have come.
    private mutating func finish(_ now: Date) {
        for cell in running.filter({ $0.end <= now }).sorted(by: { $0.end < $1.end }) {
            endedAt = cell.end
            let model = models[cell.model]
            let failure = model.failure(cell.start)
            var throttle = throttles[model.name] ?? Throttle(now: now)
            throttle.refresh(now: cell.end)
            if let failure {
                throttle.failed(
                    failure, startedAt: cell.start, now: cell.end, used: running.count, jitter: 0)
                models[cell.model].cells += 1
            } else {
                throttle.succeeded(startedAt: cell.start, now: cell.end, used: running.count)
                spent.cost += model.cost
                spent.tokens += model.tokens
                histories[cell.model, default: .init()].largestCost = model.cost
            }
            throttles[model.name] = throttle
            let others = running.filter { $0.model == cell.model && $0.end > now }
            let refused =
                failure?.kind.isRefusal == true && others.isEmpty
                ? throttle.refusal(ofAtLeast: maxWait, startedAt: cell.start, now: cell.end) : nil
            _ = healths[cell.model, default: ModelHealth()].ended(
                failure, refused: refused, startedAt: cell.start, now: cell.end)
        }
        running.removeAll { $0.end <= now }
    }
}
