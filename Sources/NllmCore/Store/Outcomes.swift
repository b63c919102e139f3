package import FoundationEssentials

/// What a worker reports of a cell that it claimed.
package struct Report: Sendable {
    var claim: Claim
    var outcome: Outcome
    /// The arguments that were run, redacted.
    var command: [String]
    /// When the cell may be tried again; nil if this outcome is final.
    var retryAt: Date?

    /// US dollars that the attempt cost, as far as that is known.
    var cost: Double? {
        guard let price = claim.price, let usage = outcome.usage else { return nil }
        return price.cost(of: usage)
    }
}

/// What became of reports.
package struct Recorded: Sendable {
    /// By run, the attempts that are results now.
    var results: [Int64: [Int64]] = [:]
    /// The runs in which nothing is left.
    var ended: Set<Int64> = []
}

extension Store {
    /// Records outcomes in one transaction; they count as recorded when this returns.
    ///
    /// Only who holds a cell's lease may end it. An answer that comes later is kept as an attempt, and becomes the
    /// result if the cell has none.
    package func record(_ reports: [Report], now: Date) throws(NllmError) -> Recorded {
        try transaction {
            var recorded = Recorded()
            for report in reports {
                guard let attempt = try record(report) else { continue }
                recorded.results[report.claim.run, default: []].append(attempt)
            }
            for run in Set(reports.map(\.claim.run)) {
                try database.run(Self.settleSQL, now.milliseconds, run)
                let ended = try database.row(
                    "SELECT 1 FROM runs WHERE id = ? AND finished_at IS NOT NULL", run, read: { _ in true })
                if ended == true { recorded.ended.insert(run) }
            }
            return recorded
        }
    }

    /// Returns the attempt if it is the cell's result now.
    private func record(_ report: Report) throws -> Int64? {
        let cell = report.claim.cell
        let holds = try database.row(
            "SELECT 1 FROM cells WHERE id = ? AND worker_id = ? AND lease = ? AND status = 'running'", cell,
            report.claim.worker, report.claim.lease, read: { _ in true })
        let attempt = try insertAttempt(report, counts: holds == true)
        if holds == true { return try finish(report, attempt: attempt) ? attempt : nil }
        guard report.outcome.status == .ok else { return nil }
        // Whoever runs the cell now loses its lease by this, and stops.
        let became = try database.run(
            """
            UPDATE cells SET status = 'ok', worker_id = NULL, claimed_at = NULL, not_before = NULL, attempt_id = ?,
                attempts = attempts + 1
            WHERE id = ? AND attempt_id IS NULL
            """, attempt, cell)
        guard became == 1 else { return nil }
        // The run may have been finished without this answer.
        try database.run("UPDATE runs SET exported_at = NULL WHERE id = ?", report.claim.run)
        try database.run(
            "UPDATE attempts SET number = (SELECT attempts FROM cells WHERE id = ?) WHERE id = ?", cell, attempt)
        return attempt
    }

    /// Ends the lease as the outcome says, and returns whether there is a result now.
    private func finish(_ report: Report, attempt: Int64) throws -> Bool {
        let cell = report.claim.cell
        if report.outcome.status == .interrupted {
            try database.run(
                "UPDATE cells SET status = 'pending', worker_id = NULL, claimed_at = NULL WHERE id = ?", cell)
            return false
        }
        if let retryAt = report.retryAt {
            try database.run(
                """
                UPDATE cells SET status = 'pending', worker_id = NULL, claimed_at = NULL, not_before = ?,
                    attempts = attempts + 1, tries = tries + 1
                WHERE id = ?
                """, retryAt.milliseconds, cell)
            return false
        }
        try database.run(
            """
            UPDATE cells SET status = ?, worker_id = NULL, claimed_at = NULL, attempt_id = ?,
                attempts = attempts + 1, tries = tries + 1
            WHERE id = ?
            """, report.outcome.status.rawValue, attempt, cell)
        return true
    }

    private func insertAttempt(_ report: Report, counts: Bool) throws -> Int64 {
        let outcome = report.outcome
        let isNumbered = counts && outcome.status != .interrupted
        try database.run(
            """
            INSERT INTO attempts (run_id, cell_id, number, worker_id, outcome, exit_code, started_at, finished_at,
                duration_ms, failure_kind, failure_message, http_status, retry_after, tokens_input, tokens_output,
                usage_details, cost, cpu_ms, peak_memory_kb)
            SELECT run_id, id, CASE WHEN ? THEN attempts + 1 END, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM cells
            WHERE id = ?
            """,
            isNumbered, report.claim.worker, outcome.status.rawValue, outcome.exitCode, outcome.startedAt.milliseconds,
            outcome.finishedAt.milliseconds, outcome.durationMilliseconds, outcome.failure?.kind.rawValue,
            outcome.failure?.message, outcome.failure?.httpStatus, outcome.failure?.retryAfter, outcome.usage?.input,
            outcome.usage?.output, outcome.usage?.details.map(JSONWriter.text), report.cost,
            outcome.resources?.cpuMilliseconds, outcome.resources?.peakMemoryKilobytes, report.claim.cell)
        let attempt = database.lastInsertedID
        if outcome.status != .interrupted {
            try database.run(
                "INSERT INTO answers (attempt_id, text, stderr_tail, command, stdout, stderr) VALUES (?, ?, ?, ?, ?, ?)",
                attempt, outcome.text, outcome.stderrTail, JSONWriter.text(.strings(report.command)),
                outcome.rawStdout, outcome.rawStderr)
        }
        if let usage = outcome.usage {
            try database.run(
                """
                UPDATE counters SET tokens_input = tokens_input + ?1, tokens_output = tokens_output + ?2,
                    cost = CASE WHEN ?3 IS NULL THEN cost ELSE ifnull(cost, 0) + ?3 END
                WHERE model_id = (SELECT model_id FROM cells WHERE id = ?4)
                """, usage.input ?? 0, usage.output ?? 0, report.cost, report.claim.cell)
        }
        return attempt
    }
}
