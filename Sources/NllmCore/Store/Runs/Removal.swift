internal import FoundationEssentials

/// Removing a run's rows: the run is marked first, so that nothing else is done with it, then its rows are removed
/// piece by piece, and the run itself last. After a kill, the next removal of the run continues with what is left.
extension Store {
    /// The number of cells, or prompts, whose rows are removed in one transaction: others want to write meanwhile.
    private static let removalBatch = 2000

    /// Marks a run as being removed; none of it is started, exported or shown as a result any more.
    ///
    /// - Throws: if a running worker may work on it, or counts its cost against a budget.
    func beginRemoval(_ run: Run, now: Date) throws(NllmError) {
        try takeOverDead(in: run, now: now)
        _ = try transaction {
            if let reason = try obstacle(toRemovalOf: run, now: now) {
                throw NllmError.runInUse(run: run.name, reason: reason)
            }
            try database.run(
                """
                UPDATE runs SET removing = 1, paused = 1, finished_at = coalesce(finished_at, ?1),
                    exported_at = coalesce(exported_at, ?1)
                WHERE id = ?2
                """, now, run.id)
            // They would no longer match cells that are removed piece by piece.
            try database.run("DELETE FROM counters WHERE run_id = ?", run.id)
        }
    }

    /// Why a run cannot be removed now; nil if it can.
    private func obstacle(toRemovalOf run: Run, now: Date) throws -> String? {
        let workers = try livingWorkers(now: now)
        if workers.contains(where: { $0.budget.window == nil && !$0.budget.isEmpty && $0.counted.contains(run.id) }) {
            return "a worker counts what it has cost against its budget"
        }
        let standing = try database.row(
            """
            SELECT (SELECT ifnull(sum(running), 0) FROM counters WHERE run_id = runs.id) AS running,
                exported_at IS NULL AND paused = 0 AND removing = 0 AS is_open
            FROM runs WHERE id = ?
            """, run.id, read: { (running: try $0.int("running"), isOpen: try $0.bool("is_open")) })
        guard let standing else { return nil }
        let mayBeWorkedOn = standing.isOpen && workers.contains { $0.runs?.contains(run.id) ?? true }
        return standing.running > 0 || mayBeWorkedOn ? "a worker works on it" : nil
    }

    /// Requeues the cells of dead workers, after ending their processes, so that their possible cost is counted.
    private func takeOverDead(in run: Run, now: Date) throws(NllmError) {
        let observer = WorkerIdentity.current()
        let holders: Set<WorkerID> = try reading {
            Set(
                try database.rows(
                    "SELECT DISTINCT worker_id FROM cells WHERE status = 'running' AND run_id = ?", run.id,
                    read: { try $0.id("worker_id") }))
        }
        for worker in try workers() where holders.contains(worker.id) {
            guard worker.isGone(seenFrom: observer) || worker.seemsSilent(now: now) else { continue }
            worker.endProcesses(seenFrom: observer)
            try takeOver(worker: worker.id, now: now)
        }
    }

    /// Removes all rows of a run that was marked.
    ///
    /// - Returns: the number of its cells.
    func removeRows(of run: Run, now: Date) throws(NllmError) -> Int {
        do {
            // References are looked up here in the order of rows, because SQLite would search all cells for each
            // attempt.
            let removal = try SQLiteConnection(path: path, access: .readWrite)
            try removal.execute(
                """
                PRAGMA foreign_keys = OFF;
                PRAGMA synchronous = FULL;
                PRAGMA secure_delete = OFF;
                PRAGMA cache_size = -16000;
                PRAGMA journal_size_limit = 67108864;
                """)
            let cells = try Self.removePieces(of: "cells", run.id, in: removal) { removal, first, last in
                let attempts = """
                    SELECT attempts.id FROM cells JOIN attempts ON attempts.cell_id = cells.id
                    WHERE cells.run_id = ? AND cells.id BETWEEN ? AND ?
                    """
                try removal.run(
                    """
                    DELETE FROM grades WHERE cell_id IN (SELECT id FROM cells WHERE run_id = ? AND id BETWEEN ? AND ?)
                    """, run.id, first, last)
                try removal.run("DELETE FROM answers WHERE attempt_id IN (\(attempts))", run.id, first, last)
                try removal.run("DELETE FROM attempts WHERE id IN (\(attempts))", run.id, first, last)
            }
            _ = try Self.removePieces(of: "prompts", run.id, in: removal)
            try removal.transaction {
                for table in ["counters", "models", "sources", "contents", "evaluations", "acceptances"] {
                    try removal.run("DELETE FROM \(table) WHERE run_id = ?", run.id)
                }
                try removal.run("DELETE FROM runs WHERE id = ?", run.id)
                try removal.run(
                    "INSERT OR REPLACE INTO removed_runs (id, name, removed_at) VALUES (?, ?, ?)", run.id, run.name,
                    now)
            }
            return cells
        } catch {
            throw Self.translate(error, path: path, opening: false)
        }
    }

    /// Removes the answers of a run and its companions; their scores stay.
    func removeAnswers(of run: Run, now: Date) throws(NllmError) {
        _ = try transaction {
            try database.run("UPDATE runs SET answers_removed_at = ? WHERE id = ?", now, run.id)
        }
        var removed = 1
        while removed > 0 {
            removed = try transaction {
                try database.run(
                    """
                    DELETE FROM answers WHERE attempt_id IN (
                        SELECT attempts.id FROM runs JOIN attempts ON attempts.run_id = runs.id
                        JOIN answers ON answers.attempt_id = attempts.id
                        WHERE runs.id = ?1 OR runs.parent_id = ?1 LIMIT \(Self.removalBatch))
                    """, run.id)
            }
        }
    }

    /// Removes a run's rows of a table in pieces, each after what `children` removes, and returns their number.
    private static func removePieces(
        of table: String, _ runID: RunID, in database: SQLiteConnection,
        children: (_ database: SQLiteConnection, _ first: Int, _ last: Int) throws -> Void = { _, _, _ in }
    ) throws -> Int {
        var last = 0
        var count = 0
        while true {
            let removed = try database.transaction {
                let ids = try database.rows(
                    "SELECT id FROM \(table) WHERE run_id = ? AND id > ? ORDER BY id LIMIT \(removalBatch)",
                    runID, last, read: { try $0.int("id") })
                guard let first = ids.first, let end = ids.last else { return 0 }
                try children(database, first, end)
                last = end
                return try database.run(
                    "DELETE FROM \(table) WHERE run_id = ? AND id BETWEEN ? AND ?", runID, first, end)
            }
            guard removed > 0 else { return count }
            count += removed
        }
    }

    /// Whether a run with this name was removed before, and none has the name now.
    func wasRemoved(_ name: String) throws(NllmError) -> Bool {
        try reading {
            try run(named: name) == nil
                && database.row("SELECT 1 FROM removed_runs WHERE name = ?", name, read: { _ in true }) == true
        }
    }

    /// The run with this name, or the newest one for `last`, even if it is being removed.
    func runToRemove(_ name: String) throws(NllmError) -> Run {
        try reading { try run(named: name) ?? existingRun(name) }
    }

    /// Returns the space of removed rows to the disk.
    ///
    /// - Returns: false if it stays in the file and is reused, because a worker is running on the database, or there is
    ///   no room to rewrite it.
    func giveBackSpace(now: Date) throws(NllmError) -> Bool {
        guard try reading({ try livingWorkers(now: now).isEmpty }) else { return false }
        do {
            let database = try SQLiteConnection(path: path, access: .readWrite)
            let free = try database.row("PRAGMA freelist_count") { try $0.int("freelist_count") }
            if free != 0 { try database.execute("VACUUM") }
            _ = try database.rows("PRAGMA wal_checkpoint(TRUNCATE)") { _ in 0 }
            return true
        } catch {
            return false
        }
    }
}
