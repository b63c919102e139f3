internal import FoundationEssentials

extension Store {
    /// Everything that decides which cells of a run may start now.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - budget: the budget.
    ///   - counted: the runs whose spending counts.
    ///   - now: the time.
    /// - Returns: the models with pending cells, and their limits.
    /// - Throws: if the store cannot be read.
    func admission(to run: RunID, budget: Budget, counting counted: [RunID], now: Date) throws -> Admission {
        let models = try database.rows(Self.candidatesSQL, run, read: Admission.Model.init)
        let limits = try limits()
        let throttles = try throttles(of: Set(models.map(\.name)))
        return Admission(
            now: now, models: models, running: try runningByModel(), throttles: throttles, limits: limits,
            buckets: try buckets(of: limits), budget: budget,
            spending: try spending(against: budget, runs: counted, now: now))
    }

    private static let candidatesSQL = """
        SELECT models.id, models.name, models.paused_kind, models.paused_message, models.paused_at, models.probe,
            counters.running, ok + error + timeout + cancelled AS ended, ok, tokens_output, largest_cost,
            largest_tokens, overrun
        FROM counters JOIN models ON models.id = counters.model_id
        WHERE counters.run_id = ? AND counters.pending > 0 AND models.live = 1
        """

    /// The number of running cells by the model's name, across all runs and workers.
    func runningByModel() throws -> [String: Int] {
        let rows = try database.rows(
            """
            SELECT models.name, sum(counters.running) AS running
            FROM runs JOIN counters ON counters.run_id = runs.id JOIN models ON models.id = counters.model_id
            WHERE runs.finished_at IS NULL AND counters.running > 0 GROUP BY models.name
            """
        ) { (try $0.text("name"), try $0.int("running")) }
        return Dictionary(rows) { _, last in last }
    }

    /// Saves how much of their limits the started models have used.
    func save(_ admission: Admission, started names: Set<String>) throws {
        for name in names {
            if let throttle = admission.throttles[name] { try save(throttle, of: name) }
        }
        for limit in admission.limits where limit.isByTheMinute && names.contains(where: limit.covers) {
            let name = Admission.BucketName(limit)
            if let bucket = admission.buckets[name] { try save(bucket, name) }
        }
    }
}

extension Admission.Model {
    fileprivate init(_ row: any Row) throws {
        let (running, answers) = (try row.int("running"), try row.int("ok"))
        self.init(
            id: try row.id("id"), name: try row.text("name"), running: running,
            begun: running + (try row.int("ended")), pause: try ModelPause(row), mayProbe: try row.bool("probe"))
        history.largestCost = try row.optionalDouble("largest_cost")
        history.largestTokens = try row.optionalInt("largest_tokens")
        history.hasOverrun = try row.bool("overrun")
        if answers > 0 { history.averageOutput = Double(try row.int("tokens_output")) / Double(answers) }
    }
}
