internal import FoundationEssentials

/// What the assertions of a prompt said about an answer.
struct CellGrade: Sendable {
    var cellID: CellID
    var attemptID: AttemptID
    var gradingID: GradingID
    var grade: ResultRecord.Grade
}

extension Store {
    /// Records grades as the latest ones of their cells; one of an answer that has been replaced meanwhile is dropped.
    ///
    /// The run's folder is out of date then, until it is written again.
    func record(_ grades: [CellGrade], of run: RunID, now: Date) throws(NllmError) {
        guard !grades.isEmpty else { return }
        _ = try transaction {
            try database.run("UPDATE runs SET exported_at = NULL WHERE id = ?", run)
            for grade in grades {
                let id: GradeID? = try database.row(
                    """
                    INSERT INTO grades (run_id, cell_id, attempt_id, grading_id, score, passed, verdicts, graded_at)
                    SELECT run_id, id, attempt_id, :grading, :score, :passed, :verdicts, :now FROM cells
                    WHERE id = :cell AND run_id = :run AND attempt_id = :attempt
                    RETURNING id
                    """,
                    named: [
                        "grading": grade.gradingID, "score": grade.grade.score, "passed": grade.grade.passed,
                        "verdicts": grade.grade.verdicts, "now": now, "cell": grade.cellID, "run": run,
                        "attempt": grade.attemptID,
                    ]
                ) { try $0.id("id") }
                if let id { try database.run("UPDATE cells SET grade_id = ? WHERE id = ?", id, grade.cellID) }
            }
        }
    }
}

extension Connection {
    /// How many of a run's answers passed, by model; a model whose answers were not graded is missing.
    func verdicts(of run: RunID) throws -> [ModelID: VerdictCounts] {
        guard try hasRow("SELECT 1 FROM prompts WHERE run_id = ? AND grading_id IS NOT NULL LIMIT 1", run) else {
            return [:]
        }
        let counts = try rows(
            """
            SELECT model_id, count(*) FILTER (WHERE grades.passed = 1) AS passed,
                count(*) FILTER (WHERE grades.passed = 0) AS failed,
                count(*) FILTER (WHERE grades.passed IS NULL) AS none
            FROM cells JOIN grades ON grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id
            WHERE cells.run_id = ? AND cells.live = 1 GROUP BY model_id
            """, run
        ) { row in
            let counts = VerdictCounts(
                passed: try row.int("passed"), failed: try row.int("failed"), none: try row.int("none"))
            return (try row.id("model_id") as ModelID, counts)
        }
        return Dictionary(uniqueKeysWithValues: counts)
    }
}
