internal import FoundationEssentials

/// The result of processing a rescued report.
enum RescuedFate: Sendable, Equatable {
    /// It is recorded now.
    case recorded
    /// It was recorded before.
    case known
    /// Its run or cell is not in this database.
    case foreign
}

/// The attempt as which a report was recorded.
struct RecordedAttempt {
    /// Its row if it is the cell's result; otherwise nil.
    var result: AttemptID?
}

extension Store {
    /// Records reports that an earlier worker could not record, in one transaction.
    ///
    /// A cell that still runs under that worker's lease ends as it would have; otherwise the answer is treated as late.
    /// Nothing is recorded twice.
    ///
    /// - Parameters:
    ///   - reports: the rescued reports.
    ///   - now: the time.
    /// - Returns: what was recorded, and the result for each report.
    /// - Throws: if the store cannot be written; then nothing is recorded.
    func takeIn(
        _ reports: [RescuedReport], now: Date
    ) throws(NllmError) -> (recorded: Recorded, fates: [RescuedFate]) {
        try transaction {
            var (recorded, fates, runs) = (Recorded(), [RescuedFate](), Set<RunID>())
            var lessons = Lessons(limits: [], running: [:])
            for rescued in reports {
                guard let report = try report(rescued, now: now) else {
                    fates.append(.foreign)
                    continue
                }
                let known = try recordedAttempt(of: report)
                fates.append(known == nil ? .recorded : .known)
                runs.insert(report.claim.runID)
                guard let attemptID = try known.map(\.result) ?? record(report, &lessons, isOld: true) else { continue }
                recorded.results[report.claim.runID, default: []].append(attemptID)
            }
            try save(lessons, now: now)
            try settle(runs, &recorded, now: now)
            return (recorded, fates)
        }
    }

    /// Ends a worker that leaves answers outside the database: it keeps its cells until these are recorded.
    func retire(worker: WorkerID, now: Date) throws(NllmError) {
        _ = try transaction {
            try database.run(
                "UPDATE workers SET ended_at = ? WHERE id = ? AND ended_at IS NULL", now, worker)
        }
    }

    /// The attempt as which a report is already recorded; nil if it is not.
    func recordedAttempt(of report: Report) throws -> RecordedAttempt? {
        try database.row(
            """
            SELECT CASE WHEN cells.attempt_id = attempts.id THEN attempts.id END AS result FROM attempts
            JOIN cells ON cells.id = attempts.cell_id JOIN workers ON workers.id = attempts.worker_id
            WHERE attempts.cell_id = ? AND attempts.outcome = ? AND attempts.started_at = ? AND attempts.finished_at = ?
                AND workers.mark = (SELECT mark FROM workers WHERE id = ?)
            """, report.claim.cellID, report.outcome.status, report.outcome.startedAt,
            report.outcome.finishedAt, report.claim.workerID
        ) { RecordedAttempt(result: try $0.optionalID("result")) }
    }

    // MARK: Finding the cell

    /// A rescued report in terms of this database; nil if the run or the cell is not in it.
    private func report(_ rescued: RescuedReport, now: Date) throws -> Report? {
        // Another project's run may have the same name and request. A run that was created anew since then has a
        // different time, but the same place.
        let created = rescued.database == path ? nil : rescued.runCreatedAt?.milliseconds
        let runID: RunID? = try database.row(
            "SELECT id FROM runs WHERE name = ?1 AND name = ?1 COLLATE BINARY AND created_at = ifnull(?2, created_at)",
            rescued.run, created
        ) { try $0.id("id") }
        guard let runID, let cellID = try cell(of: rescued, in: runID) ?? cellWithKey(of: rescued, in: runID) else {
            return nil
        }
        var claim = try claim(cellID, worker: try worker(marked: rescued.worker, holding: cellID, now: now))
        claim.lease = rescued.lease
        claim.reservation = rescued.reservation
        var report = Report(claim: claim, outcome: rescued.outcome, command: rescued.command)
        report.retryAt = rescued.retryAt
        return report
    }

    /// The cell of the same prompt, model and sample, if its request is the same.
    private func cell(of rescued: RescuedReport, in runID: RunID) throws -> CellID? {
        try database.row(
            """
            SELECT cells.id FROM prompts JOIN models ON models.run_id = prompts.run_id AND models.label = ?3
            JOIN cells ON cells.prompt_id = prompts.id AND cells.model_id = models.id AND cells.sample = ?4
            WHERE prompts.run_id = ?1 AND prompts.name = ?2 AND prompts.live = 1 AND models.live = 1
                AND cells.key = ?5
            """, runID, rescued.prompt, rescued.label, rescued.sample, rescued.key
        ) { try $0.id("id") }
    }

    /// A cell with the same request under another prompt's id, or one that has left the run; preferably one without a
    /// result.
    private func cellWithKey(of rescued: RescuedReport, in runID: RunID) throws -> CellID? {
        try database.row(
            """
            SELECT id FROM cells WHERE run_id = ? AND key = ? ORDER BY live DESC, attempt_id IS NOT NULL, id
            LIMIT 1
            """, runID, rescued.key
        ) { try $0.id("id") }
    }

    /// The row of the worker with this mark; if it has several, the one that holds the cell.
    ///
    /// A database may be older than the worker, which is then added.
    private func worker(marked mark: String, holding cellID: CellID, now: Date) throws -> WorkerID {
        let known: WorkerID? = try database.row(
            """
            SELECT id FROM workers WHERE mark = ?1
            ORDER BY id = (SELECT worker_id FROM cells WHERE id = ?2) DESC, id DESC LIMIT 1
            """, mark, cellID
        ) { try $0.id("id") }
        if let known { return known }
        return try database.insert(
            """
            INSERT INTO workers (mark, host, boot, pid, process_started, registered_at, heartbeat_at, ended_at)
            VALUES (:mark, 'unknown', 'unknown', 0, 'unknown', :now, :now, :now) RETURNING id
            """, named: ["mark": mark, "now": now])
    }
}
