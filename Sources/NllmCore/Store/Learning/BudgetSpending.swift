internal import FoundationEssentials

extension Store {
    /// A worker's budget; nil if it has ended.
    func budget(ofWorker worker: WorkerID) throws -> Budget? {
        try database.row(
            "SELECT max_cost, max_tokens, budget_window_ms FROM workers WHERE id = ? AND ended_at IS NULL", worker,
            read: Budget.init)
    }

    /// Adds runs to those whose spending counts against a worker's budget.
    ///
    /// A restarted worker keeps its budget: runs that an earlier worker counted together with one of these are counted
    /// as well.
    ///
    /// - Parameters:
    ///   - runs: the runs.
    ///   - worker: the worker.
    /// - Returns: all runs that count now.
    /// - Throws: if the store cannot be written.
    func count(_ runs: [RunID], againstBudgetOf worker: WorkerID) throws(NllmError) -> Set<RunID> {
        try transaction {
            var counted = Set(runs)
            guard try budget(ofWorker: worker)?.isEmpty == false else { return counted }
            let others = try database.rows(
                "SELECT budget_runs FROM workers WHERE budget_runs IS NOT NULL ORDER BY id DESC",
                read: { try Set($0.json("budget_runs").ids) })
            for other in others where !other.isDisjoint(with: counted) { counted.formUnion(other) }
            try database.run(
                "UPDATE workers SET budget_runs = ? WHERE id = ?", JSONValue.ids(counted.sorted()), worker)
            return counted
        }
    }

    /// The spending that counts against a budget: what was spent, and the most that requests in flight may take.
    ///
    /// - Parameters:
    ///   - budget: the budget.
    ///   - runs: the runs whose spending counts, unless the budget has a window.
    ///   - now: the time.
    /// - Returns: the sums; zero if nothing is limited.
    /// - Throws: if the store cannot be read.
    func spending(against budget: Budget, runs: [RunID], now: Date) throws -> Spending {
        var spending = Spending()
        guard !budget.isEmpty else { return spending }
        if let window = budget.window {
            let past = try database.row(
                "SELECT coalesce(sum(cost), 0) AS cost, coalesce(sum(tokens), 0) AS tokens FROM spending WHERE minute >= ?",
                (now.milliseconds - Int(window * 1000)) / 60_000
            ) { (try $0.double("cost"), try $0.int("tokens")) }
            (spending.cost, spending.tokens) = past ?? (0, 0)
        }
        for run in budget.window == nil ? runs : [] {
            try database.forEachRow(
                """
                SELECT coalesce(sum(coalesce(cost, 0) + possible_cost), 0) AS cost,
                    coalesce(sum(tokens_input + tokens_output + possible_tokens), 0) AS tokens
                FROM counters WHERE run_id = ?
                """, run
            ) { row in
                spending.cost += try row.double("cost")
                spending.tokens += try row.int("tokens")
            }
        }
        let counted = Set(runs)
        try database.forEachRow("SELECT run_id, reserved_cost, reserved_tokens FROM cells WHERE status = 'running'") {
            row in
            guard try budget.window != nil || counted.contains(row.id("run_id")) else { return }
            spending.reserve(
                Reservation(
                    cost: try row.optionalDouble("reserved_cost"), tokens: try row.optionalInt("reserved_tokens") ?? 0,
                    expected: 0))
        }
        return spending
    }

    /// Records spending in the minute of `now`, for budgets with a window.
    func noteSpending(cost: Double, tokens: Int, now: Date) throws {
        guard cost > 0 || tokens > 0 else { return }
        try database.run(
            """
            INSERT INTO spending (minute, cost, tokens) VALUES (?1, ?2, ?3)
            ON CONFLICT (minute) DO UPDATE SET cost = cost + ?2, tokens = tokens + ?3
            """, now.milliseconds / 60_000, cost, tokens)
    }

    /// Throws if a budget in US dollars cannot be enforced, because a model with remaining cells has no known price.
    func checkPrices(runs: [RunID]?) throws(NllmError) {
        let unpriced = try reading {
            try database.rows(
                """
                SELECT runs.id, runs.name AS run, models.label, models.price
                FROM runs JOIN models ON models.run_id = runs.id JOIN counters ON counters.model_id = models.id
                WHERE runs.finished_at IS NULL AND models.live = 1 AND pending + running > 0
                ORDER BY runs.id, models.position
                """
            ) { row in
                let prices = try row.optionalJSON("price").map(ModelPrices.init)
                return (
                    runID: try row.id("id") as RunID, name: try row.text("run"),
                    label: try row.text("label") + (prices?.firstMissing?.suffix ?? ""),
                    isPriced: prices.map { $0.firstMissing == nil } ?? false
                )
            }
        }.filter { !$0.isPriced && runs?.contains($0.runID) ?? true }
        guard let first = unpriced.first else { return }
        throw .unpriced(model: first.label, run: first.name, count: unpriced.count)
    }
}

extension JSONValue {
    /// Row ids as a list.
    static func ids(_ runs: [RunID]) -> JSONValue { .array(runs.map { .integer(Int($0.number)) }) }

    /// The row ids in a list.
    var ids: [RunID] {
        guard case .array(let values) = self else { return [] }
        return values.compactMap { $0.intValue.map { RunID(Int64($0)) } }
    }
}

extension Budget {
    init(_ row: any Row) throws {
        self.init(
            maxCost: try row.optionalDouble("max_cost"), maxTokens: try row.optionalInt("max_tokens"),
            window: try row.optionalInt("budget_window_ms").map { Double($0) / 1000 })
    }
}
