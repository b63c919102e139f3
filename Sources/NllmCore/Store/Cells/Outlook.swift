internal import FoundationEssentials

/// The remaining work in the runs of a worker.
struct Outlook: Sendable {
    /// The number of cells that run, plus one for each model of which the worker can start cells sooner or later.
    var cells = 0
    /// The number of cells in paused runs.
    var paused = 0
    /// Cells that wait for someone to act, or for longer than a worker waits.
    var stuck: [CellsLeft] = []
    /// The runs whose cells that are left all wait for someone to act.
    var blocked: [RunID] = []
}

/// Cells of a model that a worker left undone, with the reason.
public struct CellsLeft: Sendable, Equatable {
    /// The run's name.
    public let run: String
    /// The model's label.
    public let model: String
    /// The number of cells.
    public let cells: Int
    /// What they wait for.
    public let wait: Wait
}

extension Store {
    /// The remaining work in these runs.
    ///
    /// - Parameters:
    ///   - runs: the runs.
    ///   - worker: the worker whose budget counts.
    ///   - counted: the runs whose spending counts against it.
    ///   - maxWait: the longest Retry-After to honor, in seconds.
    ///   - now: the time.
    /// - Returns: the work that can be done, and the work that cannot.
    /// - Throws: if the store cannot be read.
    func outlook(
        runs: [RunID], worker: WorkerID, counting counted: [RunID], maxWait: Double, now: Date
    ) throws(NllmError) -> Outlook {
        try reading { try remaining(runs, worker: worker, counting: counted, maxWait: maxWait, now: now) }
    }

    /// Ends those of these runs whose remaining cells all wait for someone to act; the parameters are those of an
    /// outlook.
    ///
    /// - Returns: the runs that are blocked now.
    /// - Throws: if the store cannot be written.
    func block(
        runs: [RunID], worker: WorkerID, counting counted: [RunID], maxWait: Double, now: Date
    ) throws(NllmError) -> [RunID] {
        try transaction {
            let outlook = try remaining(runs, worker: worker, counting: counted, maxWait: maxWait, now: now)
            for run in outlook.blocked {
                try database.run("UPDATE runs SET blocked_at = ? WHERE id = ?", now, run)
            }
            return outlook.blocked
        }
    }

    private func remaining(
        _ runs: [RunID], worker: WorkerID, counting counted: [RunID], maxWait: Double, now: Date
    ) throws -> Outlook {
        let budget = try budget(ofWorker: worker) ?? Budget()
        var outlook = Outlook()
        for run in try database.rows(Self.unfinishedSQL, read: UnfinishedRun.init) where runs.contains(run.id) {
            if run.isPaused {
                outlook.paused += run.pending + run.running
                continue
            }
            outlook.cells += run.running
            guard run.pending > 0 else { continue }
            let admission = try waits(in: run.id, budget: budget, counting: counted, now: now)
            let isQuiet = admission.spending.underWay == 0
            var isBlocked = run.running == 0
            for model in admission.models.values.sorted(by: { $0.id < $1.id }) {
                if let wait = admission.waits[model.id], wait.isFinal(now: now, maxWait: maxWait, isQuiet: isQuiet) {
                    outlook.stuck.append(try cellsLeft(of: model, run: run.name, wait: wait))
                    isBlocked = isBlocked && wait.needsAction(budget)
                } else {
                    outlook.cells += 1
                    isBlocked = false
                }
            }
            if isBlocked { outlook.blocked.append(run.id) }
        }
        return outlook
    }

    /// Everything that decides on a run's cells, with what each model waits for that cannot start its next cell now.
    func waits(in runID: RunID, budget: Budget, counting counted: [RunID], now: Date) throws -> Admission {
        var admission = try admission(to: runID, budget: budget, counting: counted, now: now)
        var ready = ReadyCells(slots: 1, models: 1)
        while let model = admission.next() {
            guard let claim = try nextCell(of: model, from: &ready, worker: 0, now: now) else {
                admission.settle(model, Wait(.retry, until: try nextRetry(of: model, now: now)))
                continue
            }
            let reservation = Reservation(claim.request, price: claim.price, history: model.history)
            // A model with nothing to wait for is settled as well, so that it is examined once.
            admission.settle(model, admission.obstacle(to: reservation, of: model))
        }
        return admission
    }

    private func nextRetry(of model: Admission.Model, now: Date) throws -> Date? {
        try database.row(
            """
            SELECT not_before, (SELECT finished_at FROM attempts WHERE cell_id = cells.id ORDER BY id DESC LIMIT 1) AS last
            FROM cells WHERE model_id = ? AND status = 'pending' AND not_before IS NOT NULL
            ORDER BY not_before LIMIT 1
            """, model.id
        ) { row in
            let end = try row.date("not_before")
            let failed = try row.optionalDate("last")
            // As a worker corrects it when it starts.
            return failed.map { SetClock.end(ofWaitUntil: end, decided: $0, now: now) } ?? end
        }
    }

    private func cellsLeft(of model: Admission.Model, run: String, wait: Wait) throws -> CellsLeft {
        let row = try database.row(
            """
            SELECT label, pending FROM models JOIN counters ON counters.model_id = models.id WHERE models.id = ?
            """, model.id, read: { (try $0.text("label"), try $0.int("pending")) })
        return CellsLeft(run: run, model: row?.0 ?? model.name, cells: row?.1 ?? 0, wait: wait)
    }

    private static let unfinishedSQL = """
        SELECT runs.id, ifnull((SELECT name FROM runs AS parent WHERE parent.id = runs.parent_id), runs.name) AS name,
            runs.paused, sum(pending) AS pending, sum(running) AS running FROM runs
        JOIN counters ON counters.run_id = runs.id WHERE finished_at IS NULL AND blocked_at IS NULL GROUP BY runs.id
        """

    private struct UnfinishedRun {
        var id: RunID
        var name: String
        var isPaused: Bool
        var pending: Int
        var running: Int

        init(_ row: any Row) throws {
            id = try row.id("id")
            name = try row.text("name")
            isPaused = try row.bool("paused")
            pending = try row.int("pending")
            running = try row.int("running")
        }
    }

    /// The names of blocked runs, newest first.
    public func blockedRuns() throws(NllmError) -> [String] {
        try reading {
            try database.rows(
                """
                SELECT name FROM runs WHERE blocked_at IS NOT NULL AND finished_at IS NULL AND parent_id IS NULL
                ORDER BY id DESC
                """,
                read: { try $0.text("name") })
        }
    }

    /// Those of these runs on which no worker will do more by itself.
    func endedRuns(_ runs: Set<RunID>) throws(NllmError) -> [RunID] {
        try reading {
            let ended: [RunID] = try database.rows(
                """
                SELECT id FROM runs WHERE (finished_at IS NOT NULL OR blocked_at IS NOT NULL) AND parent_id IS NULL
                ORDER BY id
                """,
                read: { try $0.id("id") })
            return ended.filter(runs.contains)
        }
    }

    /// The runs that are neither finished nor blocked.
    func unfinishedRuns() throws(NllmError) -> [RunID] {
        try reading {
            try database.rows(
                "SELECT id FROM runs WHERE finished_at IS NULL AND blocked_at IS NULL", read: { try $0.id("id") })
        }
    }
}
