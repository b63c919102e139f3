internal import FoundationEssentials

extension Store {
    /// Gives the cells of prompts that bring their answers these answers, in a transaction of its own.
    func takeGivenAnswers(run: RunID, worker: WorkerID, now: Date) throws(NllmError) {
        try transaction { try takeGiven(run: run, worker: worker, now: now) }
    }

    /// Gives the cells of prompts that bring their answers these answers, so that no model is asked for them.
    func takeGiven(run: RunID, worker: WorkerID, now: Date) throws {
        let isGiven = "SELECT id FROM prompts WHERE run_id = ? AND given_answer IS NOT NULL AND live = 1"
        guard try database.hasRow(isGiven + " LIMIT 1", run) else { return }
        let cells: [CellID] = try database.rows(
            "SELECT id FROM cells WHERE prompt_id IN (\(isGiven)) AND live = 1 AND status = 'pending' ORDER BY id", run,
            read: { try $0.id("id") })
        guard !cells.isEmpty else { return }
        for cell in cells { try takeGiven(cell, worker: worker, now: now) }
        try database.run(
            "UPDATE runs SET started_at = coalesce(started_at, ?1), exported_at = NULL WHERE id = ?2", now, run)
        try database.run(Self.settleSQL, now, run)
    }

    private func takeGiven(_ cell: CellID, worker: WorkerID, now: Date) throws {
        let attempt: AttemptID = try database.insert(
            """
            INSERT INTO attempts (run_id, cell_id, number, worker_id, outcome, exit_code, started_at, finished_at,
                duration_ms, cost)
            SELECT run_id, id, attempts + 1, :worker, 'ok', 0, :now, :now, 0, 0 FROM cells WHERE id = :cell
            RETURNING id
            """, named: ["worker": worker, "now": now, "cell": cell])
        // The line break is what `llm` would add.
        try database.run(
            """
            INSERT INTO answers (attempt_id, text, stderr_tail, command)
            SELECT ?, prompts.given_answer || char(10), '', '[]'
            FROM cells JOIN prompts ON prompts.id = cells.prompt_id WHERE cells.id = ?
            """, attempt, cell)
        try database.change(
            .answered, where: "id = :cell", ["status": CellStatus.ok, "attempt": attempt, "cell": cell])
    }
}
