internal import FoundationEssentials

extension Store {
    /// The number of cells that receive answers in one transaction: others want to write meanwhile.
    private static let cacheBatch = 5000

    /// Gives cells of a run that have never been tried the answers that this database, or another one, has for the same
    /// requests.
    ///
    /// Only first samples share answers, and only answers without a recorded failure.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - age: the maximum age of an answer in seconds; nil for the run's setting. Of another database, answers of any
    ///     age are taken if neither says so.
    ///   - worker: the worker's row.
    ///   - now: the time.
    ///   - other: the other database; nil for this one.
    /// - Returns: the number of cells that received an answer.
    /// - Throws: if the store cannot be written.
    func takeCached(
        run: RunID, age: Double?, worker: WorkerID, now: Date, from other: Store? = nil
    ) throws(NllmError) -> Int {
        guard let other else { return try takeCached(run: run, age: age, worker: worker, now: now, in: "main") }
        return try attaching(other) { origin throws(NllmError) in
            try takeCached(run: run, age: age, worker: worker, now: now, in: origin)
        }
    }

    /// The same with answers of the database under this name.
    private func takeCached(
        run: RunID, age: Double?, worker: WorkerID, now: Date, in origin: String
    ) throws(NllmError) -> Int {
        let age = try reading {
            try age.map { Int($0 * 1000) }
                ?? database.row("SELECT cache_ms FROM runs WHERE id = ?", run) { try $0.optionalInt("cache_ms") } ?? nil
        }
        guard let age = age ?? (origin == "main" ? nil : Int(DurationText.anyAge * 1000)) else { return 0 }
        // The age of an answer that seems to come from the future is unknown.
        let latest =
            Double(age) < DurationText.anyAge * 1000 ? now.addingTimeInterval(SetClock.tolerance) : .distantFuture
        try transaction {
            try listCached(run: run, since: now.milliseconds - age, through: latest.milliseconds, in: origin)
        }
        var taken = 0
        while true {
            let (batch, isLast) = try transaction {
                try takeCachedBatch(run: run, worker: worker, now: now, from: origin)
            }
            taken += batch
            if isLast { break }
        }
        return taken
    }

    /// Lists the cells with the latest answer for each.
    private func listCached(run: RunID, since: Int, through latest: Int, in origin: String) throws {
        try database.execute(
            """
            DROP TABLE IF EXISTS temp.cached;
            CREATE TEMP TABLE cached (cell_id INTEGER PRIMARY KEY, key BLOB NOT NULL, attempt_id INTEGER, time INTEGER);
            """)
        try database.run(
            """
            INSERT INTO temp.cached (cell_id, key)
            SELECT cells.id, cells.key FROM models CROSS JOIN cells ON cells.model_id = models.id
            WHERE models.run_id = ?1 AND cells.status = 'pending' AND cells.not_before IS NULL
                AND cells.sample = 1 AND cells.attempts = 0
            UNION ALL
            SELECT cells.id, cells.key FROM models CROSS JOIN cells ON cells.model_id = models.id
            WHERE models.run_id = ?1 AND cells.status = 'pending' AND cells.not_before IS NOT NULL
                AND cells.not_before = \(CellTransition.first) AND cells.sample = 1 AND cells.attempts = 0
            """, run)
        try database.execute("CREATE INDEX temp.cached_by_key ON cached (key)")
        // With max(), SQLite takes the other columns from the row with the maximum.
        try database.run(
            """
            UPDATE temp.cached SET attempt_id = found.attempt_id, time = found.time
            FROM (
                SELECT answered.key, answered.attempt_id,
                    max(ifnull(attempts.cached_from ->> 'finished_ms', attempts.finished_at)) AS time
                FROM \(origin).cells AS answered JOIN \(origin).attempts ON attempts.id = answered.attempt_id
                WHERE answered.status = 'ok' AND answered.sample = 1 AND attempts.failure_kind IS NULL
                    AND answered.key IN (SELECT key FROM temp.cached)
                    AND ifnull(attempts.cached_from ->> 'finished_ms', attempts.finished_at) <= ?2
                GROUP BY answered.key
            ) AS found
            WHERE found.key = cached.key AND found.time >= ?1
            """, since, latest)
        try database.execute("DELETE FROM temp.cached WHERE attempt_id IS NULL")
    }

    /// Moves the next cells of the list into a batch, without those that can't take their answer any more.
    private func listCachedBatch(from origin: String) throws {
        try database.execute(
            """
            DROP TABLE IF EXISTS temp.taken;
            CREATE TEMP TABLE taken AS SELECT cell_id, attempt_id FROM temp.cached ORDER BY cell_id
                LIMIT \(Self.cacheBatch);
            DELETE FROM temp.cached WHERE cell_id IN (SELECT cell_id FROM temp.taken);
            DELETE FROM temp.taken WHERE cell_id NOT IN (
                SELECT id FROM main.cells WHERE id IN (SELECT cell_id FROM temp.taken) AND status = 'pending' AND attempts = 0);
            -- Its run may have been removed since it was listed.
            DELETE FROM temp.taken WHERE attempt_id NOT IN (SELECT attempt_id FROM \(origin).answers);
            """)
    }

    private func takeCachedBatch(
        run: RunID, worker: WorkerID, now: Date, from origin: String
    ) throws -> (taken: Int, isLast: Bool) {
        try listCachedBatch(from: origin)
        let taken = try database.run(
            """
            INSERT INTO attempts (run_id, cell_id, number, worker_id, outcome, exit_code, started_at, finished_at,
                duration_ms, cost, served_model, served_fingerprint, finish_reason, cached_from)
            SELECT ?1, taken.cell_id, 1, ?2, 'ok', source.exit_code, ?3, ?3, 0, 0,
                source.served_model, source.served_fingerprint, source.finish_reason,
                ifnull(source.cached_from, json_object('run', runs.name, 'prompt_id', prompts.name,
                    'finished_at', strftime('%Y-%m-%dT%H:%M:%fZ', source.finished_at / 1000.0, 'unixepoch'),
                    'finished_ms', source.finished_at))
            FROM temp.taken JOIN \(origin).attempts AS source ON source.id = taken.attempt_id
            JOIN \(origin).cells AS cells ON cells.id = source.cell_id
            JOIN \(origin).runs AS runs ON runs.id = source.run_id
            JOIN \(origin).prompts AS prompts ON prompts.id = cells.prompt_id
            ORDER BY taken.cell_id
            """, run, worker, now)
        try database.execute(
            """
            INSERT INTO answers (attempt_id, text, earlier, stderr_tail, command, stdout, stderr)
            SELECT new.id, text, earlier, stderr_tail, command, stdout, stderr
            FROM temp.taken JOIN main.attempts AS new ON new.cell_id = taken.cell_id AND new.number = 1
            JOIN \(origin).answers AS answers ON answers.attempt_id = taken.attempt_id;
            """)
        try database.change(.cached, where: "id IN (SELECT cell_id FROM temp.taken)")
        if taken > 0 {
            try database.run(
                "UPDATE runs SET started_at = coalesce(started_at, ?1), exported_at = NULL WHERE id = ?2",
                now, run)
            try database.run(Self.settleSQL, now, run)
        }
        let left = try database.row("SELECT 1 FROM temp.cached LIMIT 1", read: { _ in true })
        return (taken, left != true)
    }
}
