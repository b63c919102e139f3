package import FoundationEssentials

/// A worker's right to a cell, with everything needed to execute it.
package struct Claim: Sendable {
    var cellID: CellID
    var runID: RunID
    /// These identify the run and cell in another database.
    var runName: String
    var runCreatedAt: Date
    var key: [UInt8]
    var modelID: ModelID
    var workerID: WorkerID
    var lease: Int
    /// The number of attempts that count.
    var attempts: Int
    /// The number of attempts that count since the cell was last requeued.
    var tries: Int
    /// The failures of these attempts, latest first.
    var history: [Failure] = []
    /// The prompt's id as given.
    var prompt: String
    var label: String
    var sample: Int
    var request: LLMRequest
    /// The current settings of the run.
    var timeout: Double
    var retries: Int
    var raw: Bool
    /// Whether it asks a judge, whose answer has to hold a verdict.
    var isJudging: Bool
    var failOn: Set<FailureKind>
    /// The price of the model's tokens, if known.
    var price: Price?
    /// What is reserved for it.
    var reservation = Reservation(cost: nil, tokens: 0, expected: 0)
}

/// The result of a worker's request for cells.
package struct ClaimRound: Sendable {
    /// The cells that now belong to the worker.
    package var claims: [Claim] = []
    /// When a limit lets the next cell start, if that is known.
    var next: Date?
}

extension Store {
    /// Runs that have pending cells and are not paused, out of these or of all: higher priority first, then older ones.
    func claimableRuns(_ runs: [RunID]?) throws(NllmError) -> [RunID] {
        try reading {
            let claimable: [RunID] = try database.rows(
                """
                SELECT id FROM runs WHERE finished_at IS NULL AND blocked_at IS NULL AND paused = 0
                    AND EXISTS (SELECT 1 FROM counters WHERE run_id = runs.id AND pending > 0)
                ORDER BY priority DESC, id
                """, read: { try $0.id("id") })
            guard let runs else { return claimable }
            return claimable.filter(runs.contains)
        }
    }

    /// How many cells of these runs are pending.
    func pendingCells(of runs: [RunID]) throws(NllmError) -> Int {
        try reading {
            try runs.map { run in
                try database.row("SELECT coalesce(sum(pending), 0) AS cells FROM counters WHERE run_id = ?", run) {
                    try $0.int("cells")
                } ?? 0
            }.reduce(0, +)
        }
    }

    /// Claims cells of a run that may run now.
    ///
    /// Each free slot goes to the model with the fewest running cells; of a model's cells, interrupted ones go first,
    /// then retries that are due, then the next ones in order.
    ///
    /// - Parameters:
    ///   - worker: the claiming worker.
    ///   - run: the run.
    ///   - limit: the largest number of cells.
    ///   - counted: the runs whose spending counts against the worker's budget; nil: that run alone.
    ///   - now: the time.
    /// - Returns: the cells; none if all have to wait.
    /// - Throws: if the store cannot be written.
    package func claim(
        worker: WorkerID, run: RunID, limit: Int, counting counted: [RunID]? = nil, now: Date
    ) throws(NllmError) -> ClaimRound {
        try transaction {
            var round = ClaimRound()
            // Since the run was examined, it may have been paused, or this worker declared dead.
            guard try isClaimable(run), let budget = try budget(ofWorker: worker) else { return round }
            // Some may have been put back, or added, since the run was prepared.
            try takeGiven(run: run, worker: worker, now: now)
            var admission = try admission(to: run, budget: budget, counting: counted ?? [run], now: now)
            var ready = ReadyCells(slots: limit, models: admission.models.count)
            var started: Set<String> = []
            while round.claims.count < limit, let model = admission.next() {
                guard var claim = try nextCell(of: model, from: &ready, worker: worker, now: now) else {
                    admission.settle(model, Wait(.retry))
                    continue
                }
                claim.reservation = Reservation(claim.request, price: claim.price, history: model.history)
                if let wait = admission.obstacle(to: claim.reservation, of: model) {
                    admission.settle(model, wait)
                    continue
                }
                claim.request.contents = try contents(of: claim)
                admission.start(claim.reservation, of: model)
                started.insert(model.name)
                try start(claim, now: now)
                round.claims.append(claim)
            }
            round.next = admission.waits.values.compactMap(\.until).min()
            guard !round.claims.isEmpty else { return round }
            try save(admission, started: started)
            try database.run(
                "UPDATE runs SET started_at = ? WHERE id = ? AND started_at IS NULL", now, run)
            return round
        }
    }

    private func isClaimable(_ run: RunID) throws -> Bool {
        try database.row("SELECT 1 FROM runs WHERE id = ? AND paused = 0", run, read: { _ in true }) == true
    }

    /// The attachments that stood in the messages of a cell's prompt, by their digests.
    private func contents(of claim: Claim) throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for content in claim.request.conversation?.contents ?? [] where contents[content.digest] == nil {
            contents[content.digest] = try database.row(
                "SELECT content FROM contents WHERE run_id = ? AND sha256 = ?", claim.runID, content.digest
            ) { try $0.bytes("content") }
            guard contents[content.digest] != nil else { throw DamagedValue("an attachment of a prompt is gone") }
        }
        return contents
    }

    /// Whether any of these runs has prompts of more than one message.
    func hasConversations(in runs: [RunID]) throws(NllmError) -> Bool {
        try reading {
            try runs.contains { run in
                try database.hasRow(
                    "SELECT 1 FROM prompts WHERE run_id = ? AND live = 1 AND (messages IS NOT NULL OR turns IS NOT NULL)",
                    run)
            }
        }
    }

    private func start(_ claim: Claim, now: Date) throws {
        try database.change(
            .claimed, where: "id = :cell",
            [
                "worker": claim.workerID, "now": now, "lease": claim.lease, "reserved_cost": claim.reservation.cost,
                "reserved_tokens": claim.reservation.tokens, "cell": claim.cellID,
            ])
    }

    /// The leases that the worker still holds, by cell.
    func leases(worker: WorkerID) throws(NllmError) -> [CellID: Int] {
        try reading {
            let rows = try database.rows(
                "SELECT id, lease FROM cells WHERE worker_id = ? AND status = 'running'", worker
            ) { (try $0.id("id") as CellID, try $0.int("lease")) }
            return Dictionary(rows) { _, last in last }
        }
    }
}

extension Lease {
    init(_ claim: Claim) { (workerID, cellID, number) = (claim.workerID, claim.cellID, claim.lease) }
}
