/// Cells of one model in one run that ended in the same way.
public struct FailureGroup: Sendable, Equatable {
    /// The model's label.
    public var model: String
    /// The name of a ``FailureKind``, perhaps of a later version.
    public var kind: String
    /// The message of the first failure.
    public var message: String
    /// The id of the prompt that failed with this message.
    public var prompt: String
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
                SELECT models.label, attempts.failure_kind, attempts.failure_message AS message, prompts.name AS prompt,
                    is_ok, n
                FROM (SELECT min(attempts.id) AS first, cells.status = 'ok' AS is_ok, count(*) AS n
                    FROM attempts JOIN cells ON cells.id = attempts.cell_id AND cells.attempt_id = attempts.id
                    WHERE attempts.run_id = ? AND attempts.failure_kind IS NOT NULL AND cells.live = 1
                    GROUP BY cells.model_id, attempts.failure_kind, cells.status = 'ok') AS failed
                JOIN attempts ON attempts.id = failed.first JOIN cells ON cells.id = attempts.cell_id
                JOIN models ON models.id = cells.model_id JOIN prompts ON prompts.id = cells.prompt_id
                ORDER BY is_ok, n DESC, models.id
                """, run.id
            ) { row in
                FailureGroup(
                    model: try row.text("label"), kind: try row.text("failure_kind"), message: try row.text("message"),
                    prompt: try row.text("prompt"), cells: try row.int("n"), isOK: try row.bool("is_ok"))
            }
        }
    }
}
