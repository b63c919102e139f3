extension EnqueueTransaction {
    /// Matches the wanted cells with the existing ones and brings the run in line with them.
    func match(_ runID: RunID, _ report: inout EnqueueReport) throws {
        try pair(runID, with: "live = 1")
        report.kept = try wanted("cell_id IS NOT NULL")
        let unmatched = try retireUnmatched(runID)
        report.changed = unmatched.changed
        report.removed = unmatched.cells - unmatched.changed
        report.new = try wanted("cell_id IS NULL") - report.changed
        // An answer that was paid for and left the run before comes back with its request.
        try pair(runID, with: "live = 0 AND status = 'ok'")
        report.restored = try wanted("cell_id IS NOT NULL") - report.kept
        try database.run(
            """
            UPDATE cells SET live = 1, prompt_id = wanted.prompt_id, model_id = wanted.model_id, kept_at = ?,
                moved_from = CASE WHEN old.name <> new.name THEN old.name ELSE moved_from END
            FROM temp.wanted JOIN prompts AS new ON new.id = wanted.prompt_id, prompts AS old
            WHERE wanted.cell_id = cells.id AND old.id = cells.prompt_id
            """, plan.createdAt)
        try database.run(
            """
            INSERT INTO cells (run_id, prompt_id, model_id, sample, key)
            SELECT run_id, prompt_id, model_id, sample, key FROM temp.wanted WHERE cell_id IS NULL ORDER BY id
            """)
        try database.run(
            """
            DELETE FROM prompts WHERE run_id = ? AND live = 0
            AND NOT EXISTS (SELECT 1 FROM cells WHERE cells.prompt_id = prompts.id)
            """, runID)
    }

    /// Gives each wanted cell without one the existing cell with its key, the n-th equal one to the n-th.
    private func pair(_ runID: RunID, with condition: String) throws {
        try database.run(
            """
            WITH
            open AS (SELECT id, key, row_number() OVER (PARTITION BY key ORDER BY id) AS nth
                FROM temp.wanted WHERE cell_id IS NULL),
            there AS (SELECT id, key, row_number() OVER (PARTITION BY key ORDER BY id) AS nth
                FROM cells WHERE run_id = ? AND \(condition)),
            pairs AS (SELECT open.id AS wanted_id, there.id AS cell_id FROM open JOIN there USING (key, nth))
            UPDATE temp.wanted SET cell_id = pairs.cell_id FROM pairs WHERE wanted.id = pairs.wanted_id
            """, runID)
    }

    /// The sizes of the requests that the run did not have before, by model.
    func sizesOfNewCells(_ models: [KnownModel]) throws -> [RequestSizes] {
        try models.map { model in
            var sizes = RequestSizes(model.planned, common: plan.common)
            try database.forEachRow(
                """
                SELECT prompts.*, samples FROM prompts JOIN (SELECT prompt_id, count(*) AS samples
                    FROM temp.wanted WHERE cell_id IS NULL AND model_id = ? GROUP BY prompt_id) AS new
                ON new.prompt_id = prompts.id
                """, model.id
            ) { row in
                sizes.add(try Prompt(id: row.text("name"), request: row), samples: try row.int("samples"))
            }
            return sizes
        }
    }

    private func wanted(_ condition: String) throws -> Int {
        try database.row("SELECT count(*) AS n FROM temp.wanted WHERE \(condition)") { try $0.int("n") } ?? 0
    }

    /// Takes the live cells that match no wanted cell out of the run.
    ///
    /// - Returns: their number, and how many of them are replaced by another cell with their id, model and sample.
    private func retireUnmatched(_ runID: RunID) throws -> (cells: Int, changed: Int) {
        try database.run(
            """
            CREATE TEMP TABLE unmatched AS
            SELECT cells.id, prompts.name, models.label, cells.sample FROM cells
            JOIN prompts ON prompts.id = cells.prompt_id JOIN models ON models.id = cells.model_id
            WHERE cells.run_id = ? AND cells.live = 1
                AND cells.id NOT IN (SELECT cell_id FROM temp.wanted WHERE cell_id IS NOT NULL)
            """, runID)
        defer { try? database.execute("DROP TABLE temp.unmatched") }
        try database.execute("CREATE INDEX temp.unmatched_by_place ON unmatched (name, label, sample)")
        let changed = try database.row(
            """
            SELECT count(*) AS n FROM temp.wanted AS new
            JOIN prompts ON prompts.id = new.prompt_id JOIN models ON models.id = new.model_id
            JOIN temp.unmatched AS old ON old.name = prompts.name AND old.label = models.label AND old.sample = new.sample
            WHERE new.cell_id IS NULL
            """, read: { try $0.int("n") })
        // A running one loses its lease, so its worker stops it.
        let cells = try database.change(.retired, where: "id IN (SELECT id FROM temp.unmatched)")
        return (cells, changed ?? 0)
    }
}
