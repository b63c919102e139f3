internal import FoundationEssentials

/// What is left to do in the runs that a worker cares for.
struct Outlook: Sendable {
    /// Cells that run, or that a worker can start sooner or later.
    var cells = 0
    /// Cells of paused runs.
    var paused = 0
    /// Cells that wait for somebody to do something, or for longer than a worker waits.
    var stuck: [CellsLeft] = []
}

/// Cells of a model that a worker left undone, and why.
public struct CellsLeft: Sendable, Equatable {
    /// The run's name.
    public let run: String
    /// The model's label.
    public let model: String
    /// How many there are.
    public let cells: Int
    /// What they wait for.
    public let wait: Wait
}

extension Store {
    /// What is left to do in these runs.
    ///
    /// - Parameters:
    ///   - runs: the runs.
    ///   - worker: whose budget counts.
    ///   - counted: the runs whose spending counts against it.
    ///   - maxWait: seconds that a provider may ask to wait.
    ///   - now: the time.
    /// - Returns: what can be done and what can't.
    /// - Throws: when the store can't be read.
    func outlook(
        runs: [Int64], worker: Int64, counting counted: [Int64], maxWait: Double, now: Date
    ) throws(NllmError) -> Outlook {
        try reading {
            let budget = try budget(ofWorker: worker) ?? Budget()
            var outlook = Outlook()
            for run in try database.rows(Self.unfinishedSQL, read: UnfinishedRun.init)
            where runs.contains(run.id) {
                if run.isPaused {
                    outlook.paused += run.pending + run.running
                    continue
                }
                outlook.cells += run.running
                guard run.pending > 0 else { continue }
                let admission = try waits(in: run.id, budget: budget, counting: counted, now: now)
                for model in admission.models.values {
                    let isQuiet = admission.spending.underWay == 0
                    if let wait = admission.waits[model.id], wait.isFinal(now: now, maxWait: maxWait, isQuiet: isQuiet)
                    {
                        outlook.stuck.append(try cellsLeft(of: model, run: run.name, wait: wait))
                    } else {
                        outlook.cells += 1
                    }
                }
            }
            return outlook
        }
    }

    /// All that decides on a run's cells, with what each model waits for that can't start its next cell now.
    func waits(in run: Int64, budget: Budget, counting counted: [Int64], now: Date) throws -> Admission {
        var admission = try admission(to: run, budget: budget, counting: counted, now: now)
        while let model = admission.next() {
            guard let cell = try nextCell(of: model, now: now) else {
                admission.settle(model, Wait(.retry, until: try nextRetry(of: model, now: now)))
                continue
            }
            let claim = try claim(cell, worker: 0)
            let reservation = Reservation(claim.request, price: claim.price, history: model.history)
            // Without anything to wait for it is looked at once all the same.
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
        SELECT runs.id, runs.name, runs.paused, sum(pending) AS pending, sum(running) AS running FROM runs
        JOIN counters ON counters.run_id = runs.id WHERE finished_at IS NULL GROUP BY runs.id
        """

    private struct UnfinishedRun {
        var id: Int64
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

    /// The runs that are not finished.
    func unfinishedRuns() throws(NllmError) -> [Int64] {
        try reading {
            try database.rows("SELECT id FROM runs WHERE finished_at IS NULL", read: { try $0.id("id") })
        }
    }
}
