package import FoundationEssentials

/// A worker's right to a cell, with everything needed to execute it.
package struct Claim: Sendable {
    var cell: Int64
    var run: Int64
    /// These identify the run and cell in another database.
    var runName: String
    var runCreatedAt: Date
    var key: [UInt8]
    /// The model's row.
    var modelID: Int64
    var worker: Int64
    var lease: Int
    /// The number of attempts that count.
    var attempts: Int
    /// The number of attempts that count since the cell was last requeued.
    var tries: Int
    /// The failures of these attempts, latest first.
    var history: [Failure] = []
    var promptID: String
    var model: String
    var sample: Int
    var request: LLMRequest
    /// The current settings of the run.
    var timeout: Double
    var retries: Int
    var raw: Bool
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
    func claimableRuns(_ runs: [Int64]?) throws(NllmError) -> [Int64] {
        try reading {
            let claimable = try database.rows(
                """
                SELECT id FROM runs WHERE finished_at IS NULL AND paused = 0
                    AND EXISTS (SELECT 1 FROM counters WHERE run_id = runs.id AND pending > 0)
                ORDER BY priority DESC, id
                """, read: { try $0.id("id") })
            guard let runs else { return claimable }
            return claimable.filter(runs.contains)
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
        worker: Int64, run: Int64, limit: Int, counting counted: [Int64]? = nil, now: Date
    ) throws(NllmError) -> ClaimRound {
        try transaction {
            var round = ClaimRound()
            // Since the run was examined, it may have been paused, or this worker declared dead.
            guard try isClaimable(run), let budget = try budget(ofWorker: worker) else { return round }
            var admission = try admission(to: run, budget: budget, counting: counted ?? [run], now: now)
            var started: Set<String> = []
            while round.claims.count < limit, let model = admission.next() {
                guard let cell = try nextCell(of: model, now: now) else {
                    admission.settle(model, Wait(.retry))
                    continue
                }
                var claim = try claim(cell, worker: worker)
                claim.reservation = Reservation(claim.request, price: claim.price, history: model.history)
                if let wait = admission.obstacle(to: claim.reservation, of: model) {
                    admission.settle(model, wait)
                    continue
                }
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

    private func isClaimable(_ run: Int64) throws -> Bool {
        try database.row("SELECT 1 FROM runs WHERE id = ? AND paused = 0", run, read: { _ in true }) == true
    }

    /// The model's next cell that may run now.
    func nextCell(of model: Admission.Model, now: Date) throws -> Int64? {
        if model.pause != nil { return try probe(of: model, now: now) }
        // The status is part of the text, because SQLite matches partial indexes by literal conditions only.
        return try database.row(
            """
            SELECT id FROM cells WHERE model_id = ? AND status = 'pending' AND not_before IS NOT NULL
                AND not_before <= ? ORDER BY not_before LIMIT 1
            """, model.id, now, read: { try $0.id("id") })
            ?? database.row(
                """
                SELECT id FROM cells WHERE model_id = ? AND status = 'pending' AND not_before IS NULL
                ORDER BY id LIMIT 1
                """, model.id, read: { try $0.id("id") })
    }

    /// The cell that tests whether a paused model can be used: one that has not failed yet, in case the prompts caused
    /// the failures.
    private func probe(of model: Admission.Model, now: Date) throws -> Int64? {
        try database.row(
            """
            SELECT id FROM cells WHERE model_id = ? AND status = 'pending' AND ifnull(not_before, 0) <= ?
            ORDER BY attempts, id LIMIT 1
            """, model.id, now, read: { try $0.id("id") })
    }

    /// Reads a cell as a claiming worker would receive it.
    func claim(_ cell: Int64, worker: Int64) throws -> Claim {
        guard var claim = try database.row(Self.claimSQL, cell, read: { try Claim($0, worker: worker) }) else {
            throw DamagedValue("cell \(cell) has no prompt, model or run")
        }
        guard claim.tries > 0 else { return claim }
        claim.history = try database.rows(
            """
            SELECT failure_kind, failure_message, http_status, retry_after FROM attempts
            WHERE cell_id = ? AND number IS NOT NULL AND failure_kind IS NOT NULL ORDER BY id DESC LIMIT ?
            """, cell, claim.tries, read: Failure.init)
        return claim
    }

    private func start(_ claim: Claim, now: Date) throws {
        try database.change(
            .claimed, where: "id = :cell",
            [
                "worker": claim.worker, "now": now, "lease": claim.lease, "reserved_cost": claim.reservation.cost,
                "reserved_tokens": claim.reservation.tokens, "cell": claim.cell,
            ])
    }

    private static let claimSQL = """
        SELECT cells.id, cells.run_id, cells.key, runs.name AS run_name, runs.created_at AS run_created_at, cells.model_id,
            cells.lease, cells.attempts, cells.tries, cells.sample,
            prompts.name AS prompt, prompts.text, prompts.in_arguments, prompts.system AS prompt_system,
            prompts.schema, prompts.schema_file, prompts.options AS prompt_options, prompts.attachments, models.label,
            models.name AS model, models.options AS model_options, models.system AS model_system,
            models.arguments AS model_arguments, models.files, models.price, runs.system, runs.options, runs.arguments,
            runs.directory, runs.timeout_ms, runs.retries, runs.raw, runs.fail_on
        FROM cells
        JOIN runs ON runs.id = cells.run_id
        JOIN prompts ON prompts.id = cells.prompt_id
        JOIN models ON models.id = cells.model_id
        WHERE cells.id = ?
        """

    /// The leases that the worker still holds, by cell.
    func leases(worker: Int64) throws(NllmError) -> [Int64: Int] {
        try reading {
            let rows = try database.rows(
                "SELECT id, lease FROM cells WHERE worker_id = ? AND status = 'running'", worker
            ) { (try $0.id("id"), try $0.int("lease")) }
            return Dictionary(rows) { _, last in last }
        }
    }
}

extension Lease {
    init(_ claim: Claim) { (worker, cell, number) = (claim.worker, claim.cell, claim.lease) }
}

extension Claim {
    fileprivate init(_ row: any Row, worker: Int64) throws {
        cell = try row.id("id")
        run = try row.id("run_id")
        runName = try row.text("run_name")
        runCreatedAt = try row.date("run_created_at")
        key = try row.bytes("key")
        modelID = try row.id("model_id")
        self.worker = worker
        // Counts the claims, which distinguishes this one from earlier ones.
        lease = try row.int("lease") + 1
        attempts = try row.int("attempts")
        tries = try row.int("tries")
        promptID = try row.text("prompt")
        model = try row.text("label")
        sample = try row.int("sample")
        timeout = Double(try row.int("timeout_ms")) / 1000
        retries = try row.int("retries")
        raw = try row.bool("raw")
        failOn = Set(try row.json("fail_on").stringValues.compactMap(FailureKind.init))
        price = try row.optionalText("price").flatMap { Price(json: try JSONParser.parse($0)) }
        request = LLMRequest(
            prompt: try Prompt(row), model: try ModelVariant(row), common: try CommonRequest(row),
            files: RequestFile.files(try row.json("files")))
    }
}

extension Failure {
    /// Reads the failure of an attempt.
    init(_ row: any Row) throws {
        self.init(
            kind: try row.value("failure_kind"), message: try row.text("failure_message"),
            httpStatus: try row.optionalInt("http_status"),
            retryAfter: try row.optionalDouble("retry_after"))
    }
}

extension Prompt {
    /// Reads the request of a prompt from a row of a claim.
    fileprivate init(_ row: any Row) throws {
        self.init(id: try row.text("prompt"), text: try row.text("text"))
        isInArguments = try row.bool("in_arguments")
        system = try row.optionalText("prompt_system")
        schema = try row.optionalText("schema")
        schemaFile = try row.optionalJSON("schema_file").flatMap(RequestFile.init)
        options = try ModelOption.options(row.json("prompt_options"))
        attachments = Attachment.attachments(try row.json("attachments"))
    }
}

extension ModelVariant {
    /// Reads a model from a row with the column names of a claim.
    init(_ row: any Row) throws {
        self.init(
            label: try row.text("label"), name: try row.text("model"),
            options: try ModelOption.options(row.json("model_options")),
            system: try row.optionalText("model_system"),
            arguments: try row.json("model_arguments").stringValues)
    }
}

extension CommonRequest {
    /// Reads the request common to a run from a row of a claim.
    fileprivate init(_ row: any Row) throws {
        self.init(
            options: try ModelOption.options(row.json("options")),
            system: try row.optionalText("system"),
            arguments: try row.json("arguments").stringValues,
            directory: try row.text("directory"))
    }
}
