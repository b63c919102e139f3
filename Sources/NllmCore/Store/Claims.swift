package import FoundationEssentials

/// A worker's right to a cell, and all it needs to execute it.
package struct Claim: Sendable {
    var cell: Int64
    var run: Int64
    var worker: Int64
    var lease: Int
    /// Attempts that count, since the cell was last put back by hand.
    var tries: Int
    /// How many of these crashed.
    var crashes: Int
    var promptID: String
    var model: String
    var sample: Int
    var request: LLMRequest
    /// The run's settings, as they are now.
    var timeout: Double
    var retries: Int
    var raw: Bool
    /// What the model's tokens cost, as far as that is known.
    var price: Price?
}

/// What is left to do in the runs that a worker cares for.
struct WorkLeft: Sendable, Equatable {
    /// Cells of runs that are not paused, waiting or running, whoever runs them.
    var cells = 0
    /// Cells of paused runs.
    var paused = 0
}

extension Store {
    /// The runs, oldest first, that have a cell which may run now and are not paused; of these runs, or of all.
    func claimableRuns(_ runs: [Int64]?, now: Date) throws(NllmError) -> [Int64] {
        try reading {
            let claimable = try database.rows(
                """
                SELECT id FROM runs WHERE finished_at IS NULL AND paused = 0 AND (
                    EXISTS (SELECT 1 FROM cells WHERE run_id = runs.id AND status = 'pending' AND not_before IS NULL)
                    OR EXISTS (SELECT 1 FROM cells WHERE run_id = runs.id AND status = 'pending'
                        AND not_before IS NOT NULL AND not_before <= ?))
                ORDER BY id
                """, now.milliseconds, read: { try $0.id("id") })
            guard let runs else { return claimable }
            return claimable.filter(runs.contains)
        }
    }

    /// Claims up to `limit` cells of a run that may run now: due retries first, then the next ones in their order.
    package func claim(worker: Int64, run: Int64, limit: Int, now: Date) throws(NllmError) -> [Claim] {
        try transaction {
            // Since it was looked at, the run may have been paused, or this worker taken for dead.
            let mayClaim = try database.row(
                """
                SELECT 1 FROM runs WHERE id = ? AND paused = 0
                    AND EXISTS (SELECT 1 FROM workers WHERE id = ? AND ended_at IS NULL)
                """, run, worker, read: { _ in true })
            guard mayClaim == true else { return [] }
            // The status stands in the text, because partial indexes are found by their literal condition only.
            var cells = try database.rows(
                """
                SELECT id FROM cells WHERE run_id = ? AND status = 'pending' AND not_before IS NOT NULL
                    AND not_before <= ? ORDER BY not_before LIMIT ?
                """, run, now.milliseconds, limit, read: { try $0.id("id") })
            cells += try database.rows(
                """
                SELECT id FROM cells WHERE run_id = ? AND status = 'pending' AND not_before IS NULL
                ORDER BY id LIMIT ?
                """, run, limit - cells.count, read: { try $0.id("id") })
            guard !cells.isEmpty else { return [] }
            try database.run(
                "UPDATE runs SET started_at = ? WHERE id = ? AND started_at IS NULL", now.milliseconds, run)
            return try cells.map { try claim($0, worker: worker, now: now) }
        }
    }

    private func claim(_ cell: Int64, worker: Int64, now: Date) throws -> Claim {
        try database.run(
            """
            UPDATE cells SET status = 'running', worker_id = ?, claimed_at = ?, lease = lease + 1, not_before = NULL
            WHERE id = ?
            """, worker, now.milliseconds, cell)
        guard let claim = try database.row(Self.claimSQL, cell, read: Claim.init) else {
            throw DatabaseError(code: 1, message: "cell \(cell) has no prompt, model or run")
        }
        return claim
    }

    private static let claimSQL = """
        SELECT cells.id, cells.run_id, cells.worker_id, cells.lease, cells.tries, cells.sample,
            CASE WHEN cells.tries = 0 THEN 0 ELSE (SELECT count(*) FROM attempts WHERE cell_id = cells.id
                AND number > cells.attempts - cells.tries AND failure_kind = 'crashed') END AS crashes,
            prompts.name AS prompt, prompts.text, prompts.in_arguments, prompts.system AS prompt_system,
            prompts.schema, prompts.options AS prompt_options, prompts.attachments, models.label,
            models.name AS model, models.options AS model_options, models.system AS model_system,
            models.arguments AS model_arguments, models.price, runs.system, runs.options, runs.arguments,
            runs.directory, runs.timeout_ms, runs.retries, runs.raw
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

    /// What is left to do in these runs, or in all, but for some.
    func workLeft(runs: [Int64]?, except: Set<Int64> = []) throws(NllmError) -> WorkLeft {
        try reading {
            var left = WorkLeft()
            try database.forEachRow(
                """
                SELECT runs.id, runs.paused, sum(pending + running) AS cells FROM runs
                JOIN counters ON counters.run_id = runs.id WHERE finished_at IS NULL GROUP BY runs.id
                """
            ) { row in
                let run = try row.id("id")
                guard runs?.contains(run) ?? true, !except.contains(run) else { return }
                if try row.bool("paused") {
                    left.paused += try row.int("cells")
                } else {
                    left.cells += try row.int("cells")
                }
            }
            return left
        }
    }
}

extension Claim {
    init(_ row: Statement) throws {
        cell = try row.id("id")
        run = try row.id("run_id")
        worker = try row.id("worker_id")
        lease = try row.int("lease")
        tries = try row.int("tries")
        crashes = try row.int("crashes")
        promptID = try row.text("prompt")
        model = try row.text("label")
        sample = try row.int("sample")
        timeout = Double(try row.int("timeout_ms")) / 1000
        retries = try row.int("retries")
        raw = try row.bool("raw")
        price = try row.optionalText("price").flatMap { Price(json: try JSONParser.parse($0)) }
        request = LLMRequest(prompt: try Prompt(row), model: try ModelVariant(row), common: try CommonRequest(row))
    }
}

extension Prompt {
    /// Reads what a prompt asks from a row of a claim.
    fileprivate init(_ row: Statement) throws {
        self.init(id: try row.text("prompt"), text: try row.text("text"))
        isInArguments = try row.bool("in_arguments")
        system = try row.optionalText("prompt_system")
        schema = try row.optionalText("schema")
        options = try ModelOption.options(JSONParser.parse(row.text("prompt_options")))
        attachments = Attachment.attachments(try JSONParser.parse(row.text("attachments")))
    }
}

extension ModelVariant {
    /// Reads a model from a row, its columns named as in a claim.
    init(_ row: Statement) throws {
        self.init(
            label: try row.text("label"), name: try row.text("model"),
            options: try ModelOption.options(JSONParser.parse(row.text("model_options"))),
            system: try row.optionalText("model_system"),
            arguments: try JSONParser.parse(row.text("model_arguments")).stringValues)
    }
}

extension CommonRequest {
    /// Reads what a run asks from a row of a claim.
    fileprivate init(_ row: Statement) throws {
        self.init(
            options: try ModelOption.options(JSONParser.parse(row.text("options"))),
            system: try row.optionalText("system"),
            arguments: try JSONParser.parse(row.text("arguments")).stringValues,
            directory: try row.text("directory"))
    }
}
