package import FoundationEssentials

/// A worker's report on a cell that it claimed.
package struct Report: Sendable {
    var claim: Claim
    var outcome: Outcome
    /// The command line that was run, redacted.
    var command: [String]
    /// When the cell may be retried; nil if this outcome is final.
    var retryAt: Date?
    /// Seconds for which the worker lets a provider refuse everything before it gives the model up.
    var maxWait = SettingLimits.usualMaxWait

    /// The attempt's cost in US dollars, if known.
    var cost: Double? {
        guard let price = claim.price, let usage = outcome.usage else { return nil }
        return price.cost(of: usage)
    }

    /// The most US dollars that the attempt may have cost if that was not reported; nil if the cost is known.
    var possibleCost: Double? { cost == nil && outcome.mayBeBilled ? worst.cost : nil }

    /// Tokens in both directions; nil if not reported.
    var tokens: Int? { outcome.usage.map { ($0.input ?? 0) + ($0.output ?? 0) } }

    /// The most tokens that the attempt may have taken if that was not reported; nil if the number is known.
    var possibleTokens: Int? { tokens == nil && outcome.mayBeBilled ? worst.tokens : nil }

    private var worst: Reservation {
        claim.reservation.raised(to: claim.request, price: claim.price, answer: outcome.text.utf8.count)
    }
}

/// The result of recording reports.
package struct Recorded: Sendable {
    /// By run, the attempts that are now results.
    var results: [Int64: [Int64]] = [:]
    /// The runs without remaining cells.
    var ended: Set<Int64> = []
    /// The runs in which cells were requeued whose results are in the artifacts.
    var reopened: Set<Int64> = []
    /// News about models.
    var news: [ModelNews] = []
}

/// Something that an outcome showed about a model.
package struct ModelNews: Sendable, Equatable {
    enum Change: Sendable, Equatable {
        /// No more of its cells are started in the run.
        case paused(ModelPause)
        /// Its cells are started again.
        case recovered
        /// The provider asked to wait, in these words.
        case held(until: Date, because: String)
    }

    var model: String
    var run: Int64
    var change: Change
}

extension Store {
    /// Records outcomes in one transaction; they count as recorded when this returns.
    ///
    /// Only the holder of a cell's lease may end it. An answer that arrives later is kept as an attempt, and becomes
    /// the result if the cell has none.
    ///
    /// - Parameters:
    ///   - reports: the workers' reports.
    ///   - again: whether they may have been recorded although an error was thrown.
    ///   - now: the time.
    /// - Returns: the result.
    /// - Throws: if the store cannot be written; then nothing is recorded.
    package func record(_ reports: [Report], again: Bool = false, now: Date) throws(NllmError) -> Recorded {
        try transaction {
            var recorded = Recorded()
            var lessons = Lessons(limits: try limits(), running: try runningByModel())
            for report in reports {
                let known = again ? try recordedAttempt(of: report) : nil
                guard let attempt = try known.map(\.result) ?? record(report, &lessons) else { continue }
                recorded.results[report.claim.run, default: []].append(attempt)
            }
            try save(lessons, now: now)
            recorded.news = lessons.news
            recorded.reopened = Set(lessons.news.filter { $0.change == .recovered }.map(\.run))
            try settle(Set(reports.map(\.claim.run)), &recorded, now: now)
            return recorded
        }
    }

    /// Records which of these runs have ended.
    func settle(_ runs: Set<Int64>, _ recorded: inout Recorded, now: Date) throws {
        for run in runs {
            try database.run(Self.settleSQL, now, run)
            let ended = try database.hasRow(
                "SELECT 1 FROM runs WHERE id = ? AND finished_at IS NOT NULL", run)
            if ended { recorded.ended.insert(run) }
        }
    }

    /// Returns the attempt if it is now the cell's result.
    func record(_ report: Report, _ lessons: inout Lessons, isOld: Bool = false) throws -> Int64? {
        let cell = report.claim.cell
        let holds = try database.hasRow(
            "SELECT 1 FROM cells WHERE id = ? AND run_id = ? AND worker_id = ? AND lease = ? AND status = 'running'",
            cell, report.claim.run, report.claim.worker, report.claim.lease)
        // The run may have been removed, and a cell of another run may have the number.
        guard let attempt = try insertAttempt(report, counts: holds) else { return nil }
        let wasPaused = try learn(report, &lessons, isOld: isOld)
        if holds { return try finish(report, attempt: attempt, isPaused: wasPaused) ? attempt : nil }
        guard report.outcome.status == .ok else { return nil }
        // A worker that runs the cell now loses its lease by this, and stops.
        let became = try database.change(
            .answeredLate, where: "id = :cell AND attempt_id IS NULL", ["attempt": attempt, "cell": cell])
        guard became == 1 else { return nil }
        // The run may have been finished without this answer.
        try database.run("UPDATE runs SET exported_at = NULL WHERE id = ?", report.claim.run)
        try database.run(
            "UPDATE attempts SET number = (SELECT attempts FROM cells WHERE id = ?) WHERE id = ?", cell, attempt)
        return attempt
    }

    /// Ends the lease according to the outcome, and returns whether there is a result now.
    private func finish(_ report: Report, attempt: Int64, isPaused: Bool) throws -> Bool {
        let cell = report.claim.cell
        if report.outcome.status == .interrupted {
            try database.change(.interrupted, where: "id = :cell", ["cell": cell])
        } else if isPaused {
            // It failed as all others of its model would.
            try database.change(.postponed, where: "id = :cell", ["cell": cell])
        } else if let retryAt = report.retryAt {
            try database.change(.retried, where: "id = :cell", ["at": retryAt, "cell": cell])
        } else {
            try database.change(
                .answered, where: "id = :cell",
                ["status": report.outcome.status, "attempt": attempt, "cell": cell])
            return true
        }
        return false
    }

    /// Returns the attempt; nil if the cell is gone.
    private func insertAttempt(_ report: Report, counts: Bool) throws -> Int64? {
        let outcome = report.outcome
        let isNumbered = counts && outcome.status != .interrupted
        let inserted = try database.row(
            """
            INSERT INTO attempts (run_id, cell_id, number, worker_id, outcome, exit_code, started_at, finished_at,
                duration_ms, failure_kind, failure_message, http_status, retry_after, tokens_input, tokens_output,
                usage_details, cost, possible_cost, possible_tokens, cpu_ms, peak_memory_kb)
            SELECT run_id, id, CASE WHEN :is_numbered THEN attempts + 1 END, :worker, :outcome, :exit_code, :started_at,
                :finished_at, :duration_ms, :failure_kind, :failure_message, :http_status, :retry_after, :tokens_input,
                :tokens_output, :usage_details, :cost, :possible_cost, :possible_tokens, :cpu_ms, :peak_memory_kb
            FROM cells WHERE id = :cell AND run_id = :run
            RETURNING id
            """,
            named: [
                "is_numbered": isNumbered, "worker": report.claim.worker, "outcome": outcome.status,
                "exit_code": outcome.exitCode, "started_at": outcome.startedAt, "finished_at": outcome.finishedAt,
                "duration_ms": outcome.durationMilliseconds, "failure_kind": outcome.failure?.kind,
                "failure_message": outcome.failure?.message, "http_status": outcome.failure?.httpStatus,
                "retry_after": outcome.failure?.retryAfter, "tokens_input": outcome.usage?.input,
                "tokens_output": outcome.usage?.output, "usage_details": outcome.usage?.details, "cost": report.cost,
                "possible_cost": report.possibleCost, "possible_tokens": report.possibleTokens,
                "cpu_ms": outcome.resources?.cpuMilliseconds,
                "peak_memory_kb": outcome.resources?.peakMemoryKilobytes, "cell": report.claim.cell,
                "run": report.claim.run,
            ]
        ) { try $0.id("id") }
        guard let attempt = inserted else { return nil }
        if outcome.status != .interrupted {
            try database.run(
                "INSERT INTO answers (attempt_id, text, stderr_tail, command, stdout, stderr) VALUES (?, ?, ?, ?, ?, ?)",
                attempt, outcome.text, outcome.stderrTail, JSONValue.strings(report.command),
                outcome.rawStdout, outcome.rawStderr)
        }
        if outcome.usage != nil || outcome.mayBeBilled { try count(report) }
        return attempt
    }

    /// Adds an attempt's use to its model's counters.
    private func count(_ report: Report) throws {
        let usage = report.outcome.usage
        // For an answer without a reported price, this is the best estimate for the next one.
        let isOK = report.outcome.status == .ok
        let largestCost = report.cost ?? (isOK ? report.possibleCost : nil)
        let largestTokens = report.tokens ?? (isOK ? report.possibleTokens : nil)
        let reserved = report.claim.reservation
        let hasOverrun =
            (report.tokens ?? 0) > reserved.tokens
            || (report.cost ?? 0) > (reserved.cost ?? .infinity) * (1 + 1e-9)
        try database.run(
            """
            UPDATE counters SET tokens_input = tokens_input + ?1, tokens_output = tokens_output + ?2,
                cost = CASE WHEN ?3 IS NULL THEN cost ELSE ifnull(cost, 0) + ?3 END,
                possible_cost = possible_cost + ?4, possible_tokens = possible_tokens + ?5,
                largest_cost = CASE WHEN ?6 > ifnull(largest_cost, -1) THEN ?6 ELSE largest_cost END,
                largest_tokens = CASE WHEN ?7 > ifnull(largest_tokens, -1) THEN ?7 ELSE largest_tokens END,
                overrun = overrun OR ?8
            WHERE model_id = ?9
            """, usage?.input ?? 0, usage?.output ?? 0, report.cost, report.possibleCost ?? 0.0,
            report.possibleTokens ?? 0, largestCost, largestTokens, hasOverrun, report.claim.modelID)
    }
}
