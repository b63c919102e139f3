internal import FoundationEssentials

/// A night of a series that has been evaluated.
struct StoredNight: Sendable {
    var run: Run
    /// Whether it was worse than its history.
    var regressed: Bool
    /// Whether it was taken as the new normal.
    var isAccepted: Bool
    /// The ids of the prompts for which alone it was taken as the new normal.
    var acceptedPrompts: Set<String>
    /// What was found.
    var result: JSONValue

    /// Whether each of its cells had an outcome.
    var isFinished: Bool { result["state"] == .string("finished") }
    /// Whether later nights can be held against it: it is finished, and something was said about its answers.
    var isMeasure: Bool { isFinished && result["pass_rate"]?.doubleValue != nil }
}

extension Store {
    /// The evaluated nights of a series, oldest first; those before a run, or all.
    func nights(of series: String, before run: RunID? = nil) throws(NllmError) -> [StoredNight] {
        try reading {
            try database.rows(
                """
                SELECT runs.*, regressed, result,
                    EXISTS (SELECT 1 FROM acceptances WHERE run_id = runs.id AND prompt = '') AS accepted,
                    (SELECT json_group_array(prompt) FROM acceptances WHERE run_id = runs.id AND prompt <> '') AS prompts
                FROM evaluations JOIN runs ON runs.id = evaluations.run_id
                WHERE series = ? AND evaluated_at IS NOT NULL AND removing = 0 AND runs.id < ?
                ORDER BY runs.id
                """, series, run ?? RunID(Int64.max)
            ) { row in
                StoredNight(
                    run: try Run(row, in: folder), regressed: try row.optionalInt("regressed") == 1,
                    isAccepted: try row.bool("accepted"),
                    acceptedPrompts: Set(try row.json("prompts").stringValues), result: try row.json("result"))
            }
        }
    }

    /// The names of all series.
    func seriesNames() throws(NllmError) -> [String] {
        try reading {
            try database.rows(
                "SELECT DISTINCT series FROM evaluations WHERE series IS NOT NULL ORDER BY series",
                read: { try $0.text("series") })
        }
    }

    /// Takes a night as the new normal: as a whole, or for one prompt.
    func accept(_ night: Run, prompt: String?, now: Date) throws(NllmError) {
        _ = try transaction {
            try database.run(
                "INSERT INTO acceptances (run_id, prompt, accepted_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                night.id, prompt ?? "", now)
        }
    }
}

extension Connection {
    /// Notes what a run of an enqueue is held against.
    ///
    /// - Parameters:
    ///   - evaluation: what the enqueue says; nil if it says nothing, so that what is noted stays.
    ///   - run: the run.
    /// - Throws: if the database cannot be written.
    func note(_ evaluation: PlannedEvaluation?, of run: RunID) throws {
        guard let evaluation else { return }
        try self.run(
            """
            INSERT INTO evaluations (run_id, series, settings) VALUES (?, ?, ?)
            ON CONFLICT (run_id) DO UPDATE SET series = excluded.series, settings = excluded.settings, replaced = 0,
                result = NULL, passed = NULL, regressed = NULL, evaluated_at = NULL
            WHERE settings <> excluded.settings OR series IS NOT excluded.series
            """, run, evaluation.series, evaluation.settings)
    }

    /// Cancels what is left of the earlier nights of a run's series.
    ///
    /// - Parameters:
    ///   - run: the new night.
    ///   - now: the time.
    /// - Returns: the names of the nights that are replaced, with the number of their own cells that are cancelled.
    /// - Throws: if the database cannot be written.
    func replaceEarlierNights(of run: RunID, now: Date) throws -> [ReplacedNight] {
        let nights = try rows(
            """
            SELECT earlier.run_id, runs.name,
                (SELECT ifnull(sum(pending + running), 0) FROM counters WHERE run_id = runs.id) AS cells
            FROM evaluations AS new JOIN evaluations AS earlier
                ON earlier.series = new.series AND earlier.run_id < new.run_id
            JOIN runs ON runs.id = earlier.run_id
            WHERE new.run_id = ? AND runs.finished_at IS NULL AND removing = 0
            ORDER BY earlier.run_id
            """, run
        ) { (id: try $0.id("run_id") as RunID, name: try $0.text("name"), cells: try $0.int("cells")) }
        for night in nights { try replaceNight(night.id, now: now) }
        return nights.map { ReplacedNight(run: $0.name, cells: $0.cells) }
    }

    /// Cancels what is left of a night, which is evaluated as it stands then.
    func replaceNight(_ night: RunID, now: Date) throws {
        let cancelled = try change(
            .cancelled,
            where: """
                run_id IN (SELECT id FROM runs WHERE id = :night OR parent_id = :night)
                AND live = 1 AND status IN ('pending', 'running')
                """, ["night": night])
        // One of which nothing was left but the evaluation is complete.
        guard cancelled > 0 else { return }
        try run("UPDATE evaluations SET replaced = 1 WHERE run_id = ? AND evaluated_at IS NULL", night)
        try run("UPDATE runs SET blocked_at = NULL, exported_at = NULL WHERE id = ?", night)
        try run(Store.settleSQL, now, night)
    }
}

extension Store {
    /// Cancels what is left of a night, in a transaction of its own.
    func replaceNight(_ night: RunID, now: Date) throws(NllmError) {
        try transaction { try database.replaceNight(night, now: now) }
    }
}
