package import FoundationEssentials

extension Store {
    /// Registers this process as a worker with its limits, and returns its id.
    ///
    /// A new worker tests paused models in its runs, or in all, unless they are given.
    package func register(
        _ identity: WorkerIdentity, concurrency: Int = 1, limits: [Limit] = [], budget: Budget = Budget(),
        runs: [RunID]? = nil, probing probed: [RunID]? = nil, now: Date
    ) throws(NllmError) -> WorkerID {
        try transaction {
            let worker: WorkerID = try database.insert(
                """
                INSERT INTO workers (mark, host, boot, pid, process_started, registered_at, heartbeat_at, concurrency,
                    max_cost, max_tokens, budget_window_ms, runs)
                VALUES (:mark, :host, :boot, :pid, :process_started, :now, :now, :concurrency, :max_cost, :max_tokens,
                    :budget_window_ms, :runs)
                RETURNING id
                """,
                named: [
                    "mark": identity.mark, "host": identity.host, "boot": identity.boot, "pid": identity.pid,
                    "process_started": identity.processStarted, "now": now, "concurrency": concurrency,
                    "max_cost": budget.maxCost, "max_tokens": budget.maxTokens,
                    "budget_window_ms": budget.window.map { Int($0 * 1000) }, "runs": runs.map(JSONValue.ids),
                ])
            try insert(limits, ofWorker: worker)
            try moveTimesAhead(now: now)
            try probePausedModels(runs: probed ?? runs)
            return worker
        }
    }

    /// Records that the worker is alive; false if it was given up and its cells were taken over.
    func heartbeat(worker: WorkerID, now: Date) throws(NllmError) -> Bool {
        try transaction {
            try database.run(
                "UPDATE workers SET heartbeat_at = ? WHERE id = ? AND ended_at IS NULL", now, worker) == 1
        }
    }

    /// Records that the worker has ended; it holds no cells any more.
    package func unregister(worker: WorkerID, now: Date) throws(NllmError) {
        _ = try transaction { try release(worker: worker, now: now) }
    }

    /// The workers that have not ended, and those that have but still hold cells.
    func workers() throws(NllmError) -> [WorkerRow] {
        try reading {
            try database.rows(
                """
                SELECT * FROM workers WHERE ended_at IS NULL
                UNION SELECT workers.* FROM cells JOIN workers ON workers.id = cells.worker_id WHERE status = 'running'
                """, read: WorkerRow.init)
        }
    }

    /// Gives up a dead worker and requeues its cells.
    ///
    /// - Returns: the number of cells.
    /// - Throws: if the store cannot be written.
    @discardableResult
    func takeOver(worker: WorkerID, now: Date) throws(NllmError) -> Int {
        try transaction { try release(worker: worker, now: now) }
    }

    /// Requeues the worker's cells, each with a record of the interrupted attempt, and ends the worker.
    private func release(worker: WorkerID, now: Date) throws -> Int {
        // Their cost is unknown.
        let reserved = try database.rows(
            """
            SELECT model_id, sum(ifnull(reserved_cost, 0)) AS cost, sum(ifnull(reserved_tokens, 0)) AS tokens FROM cells
            WHERE worker_id = ? AND status = 'running' GROUP BY model_id
            """, worker
        ) { (try $0.id("model_id") as ModelID, try $0.double("cost"), try $0.int("tokens")) }
        for (modelID, cost, tokens) in reserved {
            try database.run(
                """
                UPDATE counters SET possible_cost = possible_cost + ?, possible_tokens = possible_tokens + ?
                WHERE model_id = ?
                """, cost, tokens, modelID)
            try noteSpending(cost: cost, tokens: tokens, now: now)
        }
        // No attempt lasted longer than its worker can have been alive, by the clock that set the claim's time.
        try database.run(
            """
            INSERT INTO attempts (run_id, cell_id, worker_id, outcome, exit_code, started_at, finished_at, duration_ms,
                possible_cost, possible_tokens)
            SELECT run_id, id, worker_id, 'interrupted', -1, claimed_at, max(claimed_at, min(?1, last.time)),
                max(0, min(?1, last.time) - claimed_at), reserved_cost, reserved_tokens
            FROM cells, (SELECT heartbeat_at + ?3 AS time FROM workers WHERE id = ?2) AS last
            WHERE worker_id = ?2 AND status = 'running'
            """, now, worker, Int(WorkerIdentity.patience * 1000))
        let released = try database.change(
            .interrupted, where: "worker_id = :worker AND status = 'running'", ["worker": worker])
        try database.run("DELETE FROM limits WHERE worker_id = ?", worker)
        try database.run(
            "UPDATE workers SET ended_at = ? WHERE id = ? AND ended_at IS NULL", now, worker)
        return released
    }
}
