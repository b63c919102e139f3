internal import FoundationEssentials

extension Store {
    /// Adds what the models of a run wait for, decided as a worker decides it.
    func addWaits(to progress: inout RunProgress, now: Date) throws {
        let workers = try livingWorkers(now: now)
        progress.hasWorker = !workers.isEmpty
        let admission = try waits(
            in: progress.run.id, budget: workers.map(\.budget).reduce(Budget(), Budget.stricter),
            counting: try unfinished(with: progress.run.id), now: now)
        let places = workers.map(\.concurrency).reduce(0, +)
        let isFull = admission.running.values.reduce(0, +) >= places
        for index in progress.models.indices {
            guard let model = admission.models[progress.models[index].id] else { continue }
            let own = model.pause.map { Wait(.pause($0)) } ?? admission.waits[model.id]
            progress.models[index].allowed = places > 0 ? min(admission.allowed(model), places) : nil
            progress.models[index].wait = Self.wait(
                own, isPaused: progress.run.isPaused, hasWorker: progress.hasWorker, isFull: isFull)
        }
    }

    /// What is told of all that a model waits for: first what no worker changes.
    private static func wait(_ own: Wait?, isPaused: Bool, hasWorker: Bool, isFull: Bool) -> Wait? {
        switch own?.reason {
        case .pause, .provider: return own
        default: break
        }
        if isPaused { return Wait(.run) }
        if !hasWorker { return Wait(.worker) }
        return own ?? (isFull ? Wait(.place) : nil)
    }

    private func unfinished(with run: Int64) throws -> [Int64] {
        try database.rows("SELECT id FROM runs WHERE finished_at IS NULL OR id = ?", run, read: { try $0.id("id") })
    }

    /// The workers that have not ended, as far as that can be seen from here.
    private func livingWorkers(now: Date) throws -> [(concurrency: Int, budget: Budget)] {
        let observer = WorkerIdentity.current()
        let workers = try database.rows("SELECT * FROM workers WHERE ended_at IS NULL") { row in
            (try WorkerRow(row), try row.optionalInt("concurrency") ?? 1, try Budget(row))
        }
        return workers.filter { !$0.0.isGone(seenFrom: observer) && !$0.0.isSilent(now: now) }.map { ($0.1, $0.2) }
    }
}

extension Budget {
    /// The smaller of both in every part.
    fileprivate static func stricter(_ first: Budget, _ second: Budget) -> Budget {
        func least<Value: Comparable>(_ values: Value?...) -> Value? { values.compactMap(\.self).min() }
        return Budget(
            maxCost: least(first.maxCost, second.maxCost), maxTokens: least(first.maxTokens, second.maxTokens),
            window: [first.window, second.window].compactMap(\.self).max())
    }
}

extension RunProgress.Model {
    /// Reads how a model stands; what it waits for is not in its row.
    init(_ row: Statement) throws {
        self.init(
            id: try row.id("model_id"), label: try row.text("label"), counts: try CellCounts(row),
            tokensInput: try row.int("tokens_input"), tokensOutput: try row.int("tokens_output"),
            cost: try row.optionalDouble("cost"))
    }
}
