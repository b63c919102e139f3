/// Cells of one model in one run that ended in the same way.
public struct FailureGroup: Sendable, Equatable {
    /// The model's label.
    public var model: String
    /// The name of a ``FailureKind``, perhaps of a later version.
    public var kind: String
    /// The message of one of the failures.
    public var message: String
    /// The number of cells.
    public var cells: Int
    /// Whether they count as ok all the same, as empty answers do.
    public var isOK: Bool
}

extension Store {
    /// The failures of a run, and what is remarkable about its good answers; the most frequent first.
    ///
    /// - Throws: when the store cannot be read.
    public func failures(of run: Run) throws(NllmError) -> [FailureGroup] {
        try reading {
            try database.rows(
                """
                SELECT models.label, attempts.failure_kind, max(attempts.failure_message) AS message,
                    cells.status = 'ok' AS is_ok, count(*) AS n
                FROM attempts JOIN cells ON cells.id = attempts.cell_id AND cells.attempt_id = attempts.id
                JOIN models ON models.id = cells.model_id
                WHERE attempts.run_id = ? AND attempts.failure_kind IS NOT NULL AND cells.live = 1
                GROUP BY models.id, attempts.failure_kind, is_ok ORDER BY is_ok, n DESC, models.id
                """, run.id
            ) { row in
                FailureGroup(
                    model: try row.text("label"), kind: try row.text("failure_kind"), message: try row.text("message"),
                    cells: try row.int("n"), isOK: try row.bool("is_ok"))
            }
        }
    }
}
