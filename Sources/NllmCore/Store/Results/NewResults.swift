extension Store {
    /// The newest results that are looked at together.
    private static let mostNewResults = 256

    /// The attempts that became results after another one, oldest first; at most 256.
    ///
    /// - Parameters:
    ///   - last: the attempt before them; 0 for all.
    ///   - run: the run; nil for all runs.
    /// - Returns: the attempts.
    /// - Throws: if the store cannot be read.
    func results(after last: AttemptID, of run: Run?) throws(NllmError) -> [AttemptID] {
        try reading {
            try database.rows(
                Self.newResultsSQL(of: run) + " ORDER BY attempts.id LIMIT \(Self.mostNewResults)",
                Self.values(last, run), read: { try $0.id("id") })
        }
    }

    /// The last results, oldest first, and the last attempt, which need not be one of them; 0 if there is none.
    func lastResults(_ count: Int, of run: Run?) throws(NllmError) -> (results: [AttemptID], last: AttemptID) {
        try reading {
            let results: [AttemptID] = try database.rows(
                Self.newResultsSQL(of: run) + " ORDER BY attempts.id DESC LIMIT \(count)", Self.values(0, run),
                read: { try $0.id("id") })
            return (results.reversed(), try lastAttempt())
        }
    }

    /// The result of an attempt; nil if it is none, or its cell has left the run.
    func result(ofAttempt attempt: AttemptID) throws(NllmError) -> ResultRecord? {
        try reading { try ResultReader(database, in: folder).result(ofAttempt: attempt) }
    }

    /// The last attempt of all; 0 if there is none.
    func lastAttemptID() throws(NllmError) -> AttemptID { try reading { try lastAttempt() } }

    private func lastAttempt() throws -> AttemptID {
        try database.row("SELECT coalesce(max(id), 0) AS id FROM attempts", read: { try $0.id("id") }) ?? 0
    }

    private static func values(_ last: AttemptID, _ run: Run?) -> [any Bindable] {
        run.map { [last, $0.id] } ?? [last]
    }

    // Both conditions on `attempts` are those of an index.
    private static func newResultsSQL(of run: Run?) -> String {
        """
        SELECT attempts.id FROM attempts CROSS JOIN cells ON cells.id = attempts.cell_id
            AND cells.attempt_id = attempts.id AND cells.live = 1
        JOIN runs ON runs.id = attempts.run_id AND runs.parent_id IS NULL
        WHERE attempts.id > ? \(run == nil ? "" : "AND attempts.run_id = ?")
        """
    }
}
