internal import FoundationEssentials

/// The next cells of each model, read for several free slots at a time.
struct ReadyCells {
    /// The largest number of cells that are read at a time.
    private let share: Int
    private var pages: [ModelID: Int] = [:]
    fileprivate var claims: [ModelID: ArraySlice<Claim>] = [:]
    /// The models whose retries that are due have all been read.
    fileprivate var withoutRetries: Set<ModelID> = []

    /// - Parameters:
    ///   - slots: the number of free slots.
    ///   - models: the number of models among which they are divided.
    init(slots: Int, models: Int) {
        share = (slots + models - 1) / max(models, 1)
    }

    /// The number of a model's cells to be read next: one, then twice as many each time, because prompts may be large
    /// and the model's limits may let no more of them start.
    fileprivate mutating func nextPage(of model: ModelID) -> Int {
        let page = min(share, 2 * (pages[model] ?? 0))
        pages[model] = max(page, 1)
        return max(page, 1)
    }
}

extension Store {
    /// The model's next cell that may run now, as a worker would receive it; nil if none may.
    ///
    /// Interrupted cells go first, then retries that are due, then the others in order.
    func nextCell(
        of model: Admission.Model, from ready: inout ReadyCells, worker: WorkerID, now: Date
    ) throws -> Claim? {
        if model.pause != nil { return try probe(of: model, worker: worker, now: now) }
        if ready.claims[model.id]?.isEmpty ?? true {
            ready.claims[model.id] = try cells(of: model, &ready, worker: worker, now: now)[...]
        }
        return try ready.claims[model.id]?.popFirst().map(withHistory)
    }

    // The status is part of the text, because SQLite matches partial indexes by literal conditions only.

    private func cells(
        of model: Admission.Model, _ ready: inout ReadyCells, worker: WorkerID, now: Date
    ) throws -> [Claim] {
        let page = ready.nextPage(of: model.id)
        if !ready.withoutRetries.contains(model.id) {
            let retries = try claims(
                """
                WHERE cells.model_id = ? AND cells.status = 'pending' AND cells.not_before IS NOT NULL
                    AND cells.not_before <= ?
                ORDER BY cells.not_before LIMIT ?
                """, model.id, now, page, worker: worker)
            guard retries.isEmpty else { return retries }
            ready.withoutRetries.insert(model.id)
        }
        return try claims(
            """
            WHERE cells.model_id = ? AND cells.status = 'pending' AND cells.not_before IS NULL ORDER BY cells.id LIMIT ?
            """, model.id, page, worker: worker)
    }

    /// The cell that tests whether a paused model can be used: one that has not failed yet, in case the prompts caused
    /// the failures.
    private func probe(of model: Admission.Model, worker: WorkerID, now: Date) throws -> Claim? {
        try claims(
            """
            WHERE cells.model_id = ? AND cells.status = 'pending' AND ifnull(cells.not_before, 0) <= ?
            ORDER BY cells.attempts, cells.id LIMIT 1
            """, model.id, now, worker: worker
        ).first.map(withHistory)
    }

    /// Reads a cell as a claiming worker would receive it.
    func claim(_ cell: CellID, worker: WorkerID) throws -> Claim {
        guard let claim = try claims("WHERE cells.id = ?", cell, worker: worker).first else {
            throw DamagedValue("cell \(cell) has no prompt, model or run")
        }
        return try withHistory(claim)
    }

    private func claims(_ condition: String, _ values: any Bindable..., worker: WorkerID) throws -> [Claim] {
        try database.rows("\(Claim.sql) \(condition)", values) { try Claim($0, worker: worker) }
    }

    /// Adds the failures of the attempts that count since the cell was last requeued.
    private func withHistory(_ claim: Claim) throws -> Claim {
        guard claim.tries > 0 else { return claim }
        var claim = claim
        claim.history = try database.rows(
            """
            SELECT failure_kind, failure_message, http_status, retry_after FROM attempts
            WHERE cell_id = ? AND number IS NOT NULL AND failure_kind IS NOT NULL ORDER BY id DESC LIMIT ?
            """, claim.cellID, claim.tries, read: Failure.init)
        return claim
    }
}
