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
    var maxWait = Configuration().maxWait

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
        claim.reservation.raised(to: claim.request, price: claim.price, answer: outcome.answerSize)
    }
}

/// The result of recording reports.
package struct Recorded: Sendable {
    /// By run, the attempts that are now results.
    var results: [RunID: [AttemptID]] = [:]
    /// The runs without remaining cells.
    var ended: Set<RunID> = []
    /// The runs in which cells were requeued whose results are in the artifacts.
    var reopened: Set<RunID> = []
    /// News about models.
    var news: [ModelNews] = []

    var isEmpty: Bool { results.isEmpty && ended.isEmpty && reopened.isEmpty && news.isEmpty }

    mutating func add(_ other: Recorded) {
        results.merge(other.results) { $0 + $1 }
        ended.formUnion(other.ended)
        reopened.formUnion(other.reopened)
        news += other.news
    }
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

    var label: String
    var runID: RunID
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
                guard let attemptID = try known.map(\.result) ?? record(report, &lessons) else { continue }
                recorded.results[report.claim.runID, default: []].append(attemptID)
            }
            try save(lessons, now: now)
            recorded.news = lessons.news
            recorded.reopened = Set(lessons.news.filter { $0.change == .recovered }.map(\.runID))
            try settle(Set(reports.map(\.claim.runID)), &recorded, now: now)
            return recorded
        }
    }

    /// Records which of these runs have ended.
    func settle(_ runs: Set<RunID>, _ recorded: inout Recorded, now: Date) throws {
        for run in runs {
            let ended = try database.row(
                Self.settleSQL + " RETURNING finished_at IS NOT NULL AS ended", now, run, read: { try $0.bool("ended") }
            )
            if ended == true { recorded.ended.insert(run) }
        }
    }

    /// Returns the attempt if it is now the cell's result.
    func record(_ report: Report, _ lessons: inout Lessons, isOld: Bool = false) throws -> AttemptID? {
        // The run may have been removed, and a cell of another run may have the number.
        guard let attempt = try insertAttempt(report) else { return nil }
        let wasPaused = try learn(report, &lessons, isOld: isOld)
        if report.outcome.status == .interrupted {
            try database.change(
                .interrupted, where: "id = :cell AND run_id = :run AND \(Self.isHeld)",
                [
                    "cell": report.claim.cellID, "run": report.claim.runID, "worker": report.claim.workerID,
                    "lease": report.claim.lease,
                ])
            return nil
        }
        if attempt.counts { return try finish(report, attemptID: attempt.id, isPaused: wasPaused) ? attempt.id : nil }
        guard report.outcome.status == .ok else { return nil }
        return try keepLateAnswer(report, attemptID: attempt.id) ? attempt.id : nil
    }

    /// The condition that a cell still belongs to the worker that reports on it.
    private static let isHeld = "status = 'running' AND worker_id = :worker AND lease = :lease"

    /// Makes an answer whose lease was lost the result of its cell, if the cell has none.
    private func keepLateAnswer(_ report: Report, attemptID: AttemptID) throws -> Bool {
        let cellID = report.claim.cellID
        // A worker that runs the cell now loses its lease by this, and stops.
        let became = try database.change(
            .answeredLate, where: "id = :cell AND attempt_id IS NULL", ["attempt": attemptID, "cell": cellID])
        guard became == 1 else { return false }
        // The run may have been finished without this answer.
        try database.run("UPDATE runs SET exported_at = NULL WHERE id = ?", report.claim.runID)
        try database.reopenEvaluation(of: report.claim.runID)
        try database.run(
            "UPDATE attempts SET number = (SELECT attempts FROM cells WHERE id = ?) WHERE id = ?", cellID, attemptID)
        return true
    }

    /// Ends the lease according to the outcome, and returns whether there is a result now.
    private func finish(_ report: Report, attemptID: AttemptID, isPaused: Bool) throws -> Bool {
        let cellID = report.claim.cellID
        if isPaused {
            // It failed as all others of its model would.
            try database.change(.postponed, where: "id = :cell", ["cell": cellID])
        } else if let retryAt = report.retryAt {
            try database.change(.retried, where: "id = :cell", ["at": retryAt, "cell": cellID])
        } else {
            try database.change(
                .answered, where: "id = :cell",
                ["status": report.outcome.status, "attempt": attemptID, "cell": cellID])
            return true
        }
        return false
    }

    /// Returns the attempt, and whether it counts; nil if the cell is gone.
    ///
    /// Only an attempt counts that was not interrupted, and whose worker holds the cell.
    private func insertAttempt(_ report: Report) throws -> (id: AttemptID, counts: Bool)? {
        let outcome = report.outcome
        let inserted = try database.row(
            """
            INSERT INTO attempts (run_id, cell_id, number, worker_id, outcome, exit_code, started_at, finished_at,
                duration_ms, failure_kind, failure_message, http_status, retry_after, tokens_input, tokens_output,
                usage_details, cost, possible_cost, possible_tokens, cpu_ms, peak_memory_kb, served_model,
                served_fingerprint, finish_reason)
            SELECT run_id, id, CASE WHEN :counts AND \(Self.isHeld) THEN attempts + 1 END, :worker, :outcome, :exit_code,
                :started_at, :finished_at, :duration_ms, :failure_kind, :failure_message, :http_status, :retry_after,
                :tokens_input, :tokens_output, :usage_details, :cost, :possible_cost, :possible_tokens, :cpu_ms,
                :peak_memory_kb, :served_model, :served_fingerprint, :finish_reason
            FROM cells WHERE id = :cell AND run_id = :run
            RETURNING id, number
            """,
            named: [
                "counts": outcome.status != .interrupted, "worker": report.claim.workerID, "lease": report.claim.lease,
                "outcome": outcome.status, "exit_code": outcome.exitCode, "started_at": outcome.startedAt,
                "finished_at": outcome.finishedAt, "duration_ms": outcome.durationMilliseconds,
                "failure_kind": outcome.failure?.kind, "failure_message": outcome.failure?.message,
                "http_status": outcome.failure?.httpStatus, "retry_after": outcome.failure?.retryAfter,
                "tokens_input": outcome.usage?.input, "tokens_output": outcome.usage?.output,
                "usage_details": outcome.usage?.details, "cost": report.cost, "possible_cost": report.possibleCost,
                "possible_tokens": report.possibleTokens, "cpu_ms": outcome.resources?.cpuMilliseconds,
                "peak_memory_kb": outcome.resources?.peakMemoryKilobytes, "served_model": outcome.served.model,
                "served_fingerprint": outcome.served.fingerprint, "finish_reason": outcome.served.finishReason,
                "cell": report.claim.cellID, "run": report.claim.runID,
            ]
        ) { (id: try $0.id("id") as AttemptID, counts: try $0.optionalInt("number") != nil) }
        guard let inserted else { return nil }
        if outcome.status != .interrupted {
            try database.run(
                """
                INSERT INTO answers (attempt_id, text, earlier, stderr_tail, command, stdout, stderr)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                inserted.id, outcome.text, outcome.earlier.isEmpty ? nil : JSONValue.strings(outcome.earlier),
                outcome.stderrTail, JSONValue.strings(report.command), outcome.rawStdout, outcome.rawStderr)
        }
        return inserted
    }
}
