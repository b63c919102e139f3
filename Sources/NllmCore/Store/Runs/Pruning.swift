public import FoundationEssentials

extension Store {
    /// The runs to be removed, oldest first: finished and blocked ones of sufficient age, and those whose removal was
    /// interrupted.
    ///
    /// - Parameters:
    ///   - age: seconds since a run has finished or was blocked; nil for any.
    ///   - kept: the number of newest such runs to keep, whatever their age.
    ///   - now: the time.
    /// - Returns: the runs.
    /// - Throws: if the store cannot be read.
    public func prunableRuns(olderThan age: Double?, keeping kept: Int, now: Date = Date()) throws(NllmError) -> [Run] {
        try reading {
            let ended = try database.rows(
                """
                SELECT * FROM runs WHERE removing = 0 AND parent_id IS NULL AND (
                    blocked_at IS NOT NULL
                    OR finished_at IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM counters WHERE run_id = runs.id AND pending + running > 0))
                ORDER BY id DESC
                """
            ) { try Run($0, in: folder) }
            let old = ended.dropFirst(kept).filter { run in
                guard let age else { return true }
                return (run.finishedAt ?? run.blockedAt).map { now.timeIntervalSince($0) > age } ?? false
            }
            let interrupted = try database.rows(
                "SELECT * FROM runs WHERE removing = 1 AND parent_id IS NULL ORDER BY id"
            ) {
                try Run($0, in: folder)
            }
            return interrupted + old.reversed()
        }
    }
}
