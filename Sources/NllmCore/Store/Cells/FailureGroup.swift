/// Cells of one model in one run that failed in the same way.
public struct FailureGroup: Sendable, Equatable {
    /// The model's label.
    public var model: String
    /// The name of a ``FailureKind``, perhaps of a later version.
    public var kind: String
    /// The message of one of the failures.
    public var message: String
    /// The number of cells.
    public var cells: Int
}

extension Store {
    /// The failures of a run, the most frequent first.
    ///
    /// - Throws: when the store cannot be read.
    public func failures(of run: Run) throws(NllmError) -> [FailureGroup] {
        try reading {
            try database.rows(
                """
                SELECT models.label, attempts.failure_kind, max(attempts.failure_message) AS message, count(*) AS n
                FROM cells JOIN attempts ON attempts.id = cells.attempt_id JOIN models ON models.id = cells.model_id
                WHERE cells.run_id = ?1 AND cells.live = 1 AND cells.status IN ('error', 'timeout')
                    AND (SELECT sum(error + timeout) FROM counters WHERE run_id = ?1) > 0
                GROUP BY models.id, attempts.failure_kind ORDER BY n DESC, models.id
                """, run.id
            ) { row in
                FailureGroup(
                    model: try row.text("label"), kind: try row.text("failure_kind"), message: try row.text("message"),
                    cells: try row.int("n"))
            }
        }
    }
}
