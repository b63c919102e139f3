internal import FoundationEssentials

/// What became of a rescued report.
enum RescuedFate: Sendable, Equatable {
    /// It is recorded now.
    case recorded
    /// It was recorded before.
    case known
    /// Its run or cell is not in this database.
    case foreign
}

/// An attempt that a report was recorded as.
struct RecordedAttempt {
    /// Its row, if it is the cell's result; else nil.
    var result: Int64?
}

extension Store {
    /// Records reports that an earlier worker could not record, in one transaction.
    ///
    /// A cell that still runs under that worker's lease ends as it would have; otherwise an answer is one that came late.
    /// Nothing is recorded twice.
    ///
    /// - Parameters:
    ///   - reports: what was rescued.
    ///   - now: the time.
    /// - Returns: what was recorded, and what became of each.
    /// - Throws: when the store can't be written; then nothing is recorded.
    func takeIn(
        _ reports: [RescuedReport], now: Date
    ) throws(NllmError) -> (recorded: Recorded, fates: [RescuedFate]) {
        try transaction {
            var (recorded, fates, runs) = (Recorded(), [RescuedFate](), Set<Int64>())
            var lessons = Lessons(limits: [], running: [:])
            for rescued in reports {
                guard let report = try report(rescued, now: now) else {
                    fates.append(.foreign)
                    continue
                }
                let known = try recordedAttempt(of: report)
                fates.append(known == nil ? .recorded : .known)
                runs.insert(report.claim.run)
                guard let attempt = try known.map(\.result) ?? record(report, &lessons, isOld: true) else { continue }
                recorded.results[report.claim.run, default: []].append(attempt)
            }
            try save(lessons, now: now)
            try settle(runs, &recorded, now: now)
            return (recorded, fates)
        }
    }

    /// Ends a worker that leaves answers outside the database: its cells stay its own until these are taken in.
    func retire(worker: Int64, now: Date) throws(NllmError) {
        _ = try transaction {
            try database.run(
                "UPDATE workers SET ended_at = ? WHERE id = ? AND ended_at IS NULL", now, worker)
        }
    }

    /// The attempt that a report was recorded as already; nil if it was not.
    func recordedAttempt(of report: Report) throws -> RecordedAttempt? {
        try database.row(
            """
            SELECT CASE WHEN cells.attempt_id = attempts.id THEN attempts.id END AS result FROM attempts
            JOIN cells ON cells.id = attempts.cell_id JOIN workers ON workers.id = attempts.worker_id
            WHERE attempts.cell_id = ? AND attempts.outcome = ? AND attempts.started_at = ? AND attempts.finished_at = ?
                AND workers.mark = (SELECT mark FROM workers WHERE id = ?)
            """, report.claim.cell, report.outcome.status, report.outcome.startedAt,
            report.outcome.finishedAt, report.claim.worker
        ) { RecordedAttempt(result: try $0.optionalID("result")) }
    }

    // MARK: Finding the cell

    /// A rescued report as one of this database; nil if the run or the cell is not here.
    private func report(_ rescued: RescuedReport, now: Date) throws -> Report? {
        // Another project's run may have the same name and ask the same. A run that was made anew since has another
        // time, but stands in the same place.
        let created = rescued.database == path ? nil : rescued.runCreatedAt?.milliseconds
        let run = try database.row(
            "SELECT id FROM runs WHERE name = ?1 AND name = ?1 COLLATE BINARY AND created_at = ifnull(?2, created_at)",
            rescued.run, created
        ) { try $0.id("id") }
        guard let run, let cell = try cell(of: rescued, run: run) ?? cellWithKey(of: rescued, run: run) else {
            return nil
        }
        var claim = try claim(cell, worker: try worker(marked: rescued.worker, holding: cell, now: now))
        claim.lease = rescued.lease
        claim.reservation = rescued.reservation
        var report = Report(claim: claim, outcome: rescued.outcome, command: rescued.command)
        report.retryAt = rescued.retryAt
        return report
    }

    /// The cell of the same prompt, model and sample, if it asks the same.
    private func cell(of rescued: RescuedReport, run: Int64) throws -> Int64? {
        try database.row(
            """
            SELECT cells.id FROM prompts JOIN models ON models.run_id = prompts.run_id AND models.label = ?3
            JOIN cells ON cells.prompt_id = prompts.id AND cells.model_id = models.id AND cells.sample = ?4
            WHERE prompts.run_id = ?1 AND prompts.name = ?2 AND prompts.live = 1 AND models.live = 1
                AND cells.key = ?5
            """, run, rescued.prompt, rescued.model, rescued.sample, rescued.key
        ) { try $0.id("id") }
    }

    /// A cell that asks the same under another prompt's id or has left the run, one without a result if there is one.
    private func cellWithKey(of rescued: RescuedReport, run: Int64) throws -> Int64? {
        try database.row(
            """
            SELECT id FROM cells WHERE run_id = ? AND key = ? ORDER BY live DESC, attempt_id IS NOT NULL, id
            LIMIT 1
            """, run, rescued.key
        ) { try $0.id("id") }
    }

    /// The row of the worker with that mark, that which holds the cell if it has several.
    ///
    /// A database may be older than the worker; then it learns of it now.
    private func worker(marked mark: String, holding cell: Int64, now: Date) throws -> Int64 {
        let known = try database.row(
            """
            SELECT id FROM workers WHERE mark = ?1
            ORDER BY id = (SELECT worker_id FROM cells WHERE id = ?2) DESC, id DESC LIMIT 1
            """, mark, cell
        ) { try $0.id("id") }
        if let known { return known }
        return try database.insert(
            """
            INSERT INTO workers (mark, host, boot, pid, process_started, registered_at, heartbeat_at, ended_at)
            VALUES (:mark, 'unknown', 'unknown', 0, 'unknown', :now, :now, :now) RETURNING id
            """, named: ["mark": mark, "now": now])
    }
}
