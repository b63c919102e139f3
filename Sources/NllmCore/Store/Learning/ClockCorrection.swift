internal import FoundationEssentials

extension Store {
    /// The longest wait, in seconds, that this program itself decides on.
    ///
    /// A longer one was requested by the provider, or comes from a clock that was set back.
    private static let longestBackoff = RetryPolicy().longest

    /// Corrects times written by a clock that was ahead and has been set back, so that nothing waits for impossible
    /// times: retries, pauses and holds of models, buckets, and spending in a window.
    func correctTimesAhead(now: Date) throws(NllmError) {
        guard try reading({ try hasTimesAhead(now: now) }) else { return }
        try transaction { try moveTimesAhead(now: now) }
    }

    /// The same within a transaction.
    func moveTimesAhead(now: Date) throws {
        for retry in try retriesAhead(now: now) {
            let end = SetClock.end(ofWaitUntil: retry.notBefore, decided: retry.finishedAt, now: now)
            try database.change(
                .moved, where: "id = :cell AND status = 'pending'", ["at": end, "cell": retry.cellID])
            // The attempt has ended; this also keeps the cell from being matched again.
            try database.run(
                "UPDATE attempts SET started_at = ?1 - duration_ms, finished_at = ?1 WHERE id = ?2", now,
                retry.attemptID)
        }
        let latest = Self.latest(now)
        try database.run(
            """
            UPDATE models SET paused_at = ?1 WHERE paused_at > ?2
                AND run_id IN (SELECT id FROM runs WHERE finished_at IS NULL)
            """, now, latest)
        try database.run(
            "UPDATE runs SET clock_set = 1 WHERE finished_at IS NULL AND started_at > ? AND clock_set = 0", latest)
        // Values are also corrected when they are read, but a hold that is not saved would restart at each reading.
        for model in try database.rows("SELECT model FROM throttles", read: { try $0.text("model") }) {
            guard var throttle = try throttle(of: model), throttle.follow(now) else { continue }
            try save(throttle, of: model)
        }
        try database.run(
            "UPDATE buckets SET filled_at = ? WHERE filled_at > ?", now.timeIntervalSince1970,
            now.timeIntervalSince1970 + SetClock.tolerance)
        let minute = now.milliseconds / 60_000
        let spent = try database.row(
            "SELECT coalesce(sum(cost), 0) AS cost, coalesce(sum(tokens), 0) AS tokens FROM spending WHERE minute > ?",
            minute + 1
        ) { (cost: try $0.double("cost"), tokens: try $0.int("tokens")) }
        guard let spent, spent.cost > 0 || spent.tokens > 0 else { return }
        try database.run("DELETE FROM spending WHERE minute > ?", minute + 1)
        try noteSpending(cost: spent.cost, tokens: spent.tokens, now: now)
    }

    private func hasTimesAhead(now: Date) throws -> Bool {
        let found = try database.row(
            """
            SELECT EXISTS (SELECT 1 FROM runs WHERE finished_at IS NULL AND started_at > ?1 AND clock_set = 0)
                OR EXISTS (SELECT 1 FROM runs JOIN models ON models.run_id = runs.id
                    WHERE finished_at IS NULL AND paused_at > ?1)
                OR EXISTS (SELECT 1 FROM spending WHERE minute > ?2)
                OR EXISTS (SELECT 1 FROM throttles WHERE max(active_at, sent_since, filled_at, ifnull(cut_at, 0),
                    ifnull(pace_cut_at, 0), ifnull(refused_since, 0)) > ?3)
                OR EXISTS (SELECT 1 FROM buckets WHERE filled_at > ?3) AS found
            """, Self.latest(now), now.milliseconds / 60_000 + 1, now.timeIntervalSince1970 + SetClock.tolerance,
            read: { try $0.bool("found") })
        return try found == true || !retriesAhead(now: now).isEmpty
    }

    private struct Retry {
        var cellID: CellID
        var notBefore: Date
        /// The cell's last attempt, and its apparent end.
        var attemptID: AttemptID
        var finishedAt: Date
    }

    /// Cells that wait longer than after any failure, without a provider having asked for it.
    private func retriesAhead(now: Date) throws -> [Retry] {
        try database.rows(
            """
            SELECT cells.id, cells.not_before, attempts.id AS attempt, attempts.finished_at
            FROM runs JOIN models ON models.run_id = runs.id
            JOIN cells ON cells.model_id = models.id AND cells.status = 'pending' AND cells.not_before IS NOT NULL
                AND cells.not_before > ?1
            JOIN attempts ON attempts.id = (SELECT max(id) FROM attempts WHERE cell_id = cells.id)
            WHERE runs.finished_at IS NULL AND attempts.finished_at > ?2
            """, now.addingTimeInterval(Self.longestBackoff), Self.latest(now)
        ) { row in
            Retry(
                cellID: try row.id("id"), notBefore: try row.date("not_before"),
                attemptID: try row.id("attempt"), finishedAt: try row.date("finished_at"))
        }
    }

    /// The latest time that a past event can have.
    private static func latest(_ now: Date) -> Int { now.addingTimeInterval(SetClock.tolerance).milliseconds }

    /// Records that the clock was set while this worker worked.
    ///
    /// The durations of runs that are in progress, or have just ended, are no longer known. The worker's cells continue
    /// as if they had been claimed by the current clock.
    ///
    /// - Parameters:
    ///   - seconds: by how many seconds it was set; negative if it was set back.
    ///   - worker: the worker.
    ///   - now: the time afterwards.
    /// - Throws: if the store cannot be written.
    func noteClockSet(by seconds: Double, worker: WorkerID, now: Date) throws(NllmError) {
        try transaction {
            try database.change(
                .shifted, where: "worker_id = :worker AND status = 'running'",
                ["shift": Int(seconds * 1000), "worker": worker])
            let justNow = now.addingTimeInterval(-SetClock.tolerance).milliseconds
            try database.run(
                """
                UPDATE runs SET clock_set = 1 WHERE started_at IS NOT NULL
                    AND (finished_at IS NULL OR finished_at BETWEEN ? AND ?)
                """, justNow, Self.latest(now))
            try moveTimesAhead(now: now)
        }
    }
}
