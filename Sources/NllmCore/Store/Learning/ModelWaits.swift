internal import FoundationEssentials

extension Store {
    /// Adds what the models of a run wait for, decided as a worker would.
    func addWaits(to progress: inout RunProgress, now: Date) throws {
        let workers = try livingWorkers(now: now).filter { $0.runs?.contains(progress.run.id) ?? true }
        progress.hasWorker = !workers.isEmpty
        // If one worker has no budget, the run continues.
        let budgets = workers.map(\.budget)
        let isFree = budgets.contains(where: \.isEmpty)
        let admission = try waits(
            in: progress.run.id, budget: isFree ? Budget() : budgets.reduce(Budget(), Budget.stricter),
            counting: Array(Set(workers.flatMap(\.counted) + [progress.run.id])), now: now)
        let places = workers.map(\.concurrency).reduce(0, +)
        let running = admission.running.values.reduce(0, +)
        for index in progress.models.indices {
            guard let model = admission.models[progress.models[index].id] else { continue }
            let own = model.pause.map { Wait(.pause($0)) } ?? admission.waits[model.id]
            progress.models[index].allowed = places > 0 ? min(admission.allowed(model), places) : nil
            progress.models[index].wait =
                Self.foremost(own, progress) ?? own
                ?? (running >= places ? Wait(.place) : running == 0 ? Wait(.starting) : nil)
        }
    }

    /// What takes precedence over everything that a worker decides; nil if nothing does.
    private static func foremost(_ own: Wait?, _ progress: RunProgress) -> Wait? {
        switch own?.reason {
        case .pause, .provider: own
        default: progress.run.isPaused ? Wait(.run) : progress.hasWorker ? nil : Wait(.worker)
        }
    }

    /// The facts about a worker that matter to observers.
    struct LivingWorker {
        /// The runs that it was given; nil for all.
        var runs: [RunID]?
        var concurrency: Int
        var budget: Budget
        /// The runs whose spending counts against its budget.
        var counted: [RunID]
    }

    /// The workers that have not ended, as far as can be seen from here.
    func livingWorkers(now: Date) throws -> [LivingWorker] {
        let observer = WorkerIdentity.current()
        let workers = try database.rows("SELECT * FROM workers WHERE ended_at IS NULL") { row in
            let counted = try row.optionalJSON("budget_runs")?.ids ?? []
            let worker = LivingWorker(
                runs: try row.optionalJSON("runs")?.ids,
                concurrency: try row.optionalInt("concurrency") ?? 1, budget: try Budget(row), counted: counted)
            return (row: try WorkerRow(row), worker: worker)
        }
        return workers.filter { !$0.row.isGone(seenFrom: observer) && !$0.row.seemsSilent(now: now) }.map(\.worker)
    }
}

extension Budget {
    /// The smaller of both limits in every part.
    fileprivate static func stricter(_ first: Budget, _ second: Budget) -> Budget {
        func least<Value: Comparable>(_ values: Value?...) -> Value? { values.compactMap(\.self).min() }
        return Budget(
            maxCost: least(first.maxCost, second.maxCost), maxTokens: least(first.maxTokens, second.maxTokens),
            window: [first.window, second.window].compactMap(\.self).max())
    }
}

extension RunProgress.Model {
    /// Reads the state of a model; what it waits for is not in its row.
    init(_ row: any Row) throws {
        self.init(
            id: try row.id("model_id"), label: try row.text("label"), counts: try CellCounts(row),
            tokensInput: try row.int("tokens_input"), tokensOutput: try row.int("tokens_output"),
            cost: try row.optionalDouble("cost"),
            unpricedOptions: try row.optionalJSON("price").map(ModelPrices.init)?.missing.map(\.text).sorted() ?? [])
    }
}
