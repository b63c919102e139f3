/// Copies a run with its companions and its whole history from an attached database.
///
/// Rows keep their order and get new ids, each table's by one shift, so that everything that refers to them is shifted
/// alike. All columns are copied that both databases have, which are of one version.
struct RunCopy {
    let database: any Connection
    /// The name under which the database with the run is attached.
    let origin: String
    let run: Run
    /// The run's outdir as the database stores it.
    let outdir: String

    /// The tables with the run's rows, and which of them are its own, in terms of `:run`.
    private static let tables: [(name: String, rows: String)] = [
        ("runs", "id IN \(runs)"),
        (
            "workers",
            "id IN (SELECT worker_id FROM ORIGIN.attempts WHERE \(inRuns))"
                + " OR id IN (SELECT worker_id FROM ORIGIN.cells WHERE \(inRuns))"
        ),
        ("prompts", inRuns), ("models", inRuns), ("cells", inRuns), ("attempts", inRuns), ("grades", inRuns),
        ("contents", inRuns), ("sources", inRuns), ("counters", inRuns), ("evaluations", inRuns),
        ("acceptances", inRuns),
        ("answers", "attempt_id IN (SELECT id FROM ORIGIN.attempts WHERE \(inRuns))"),
    ]
    private static let runs = "(SELECT id FROM ORIGIN.runs WHERE id = :run OR parent_id = :run)"
    private static let inRuns = "run_id IN \(runs)"

    /// The tables to whose rows columns refer, by the columns' names.
    private static let references = [
        "run_id": "runs", "parent_id": "runs", "prompt_id": "prompts", "model_id": "models", "cell_id": "cells",
        "attempt_id": "attempts", "written_attempt": "attempts", "grade_id": "grades", "worker_id": "workers",
    ]

    /// Copies everything, within a transaction.
    ///
    /// - Returns: the run's id in this database.
    func perform() throws -> RunID {
        try copyGradings()
        let shifts = try shifts()
        for (table, rows) in Self.tables { try copy(table, rows, shifts) }
        return RunID(run.id.number + Int64(shifts["runs"] ?? 0))
    }

    /// Adds what answers are checked against, unless it is there.
    private func copyGradings() throws {
        try database.run(
            """
            INSERT INTO main.gradings (sha256, content)
            SELECT sha256, content FROM \(origin).gradings
            WHERE id IN (SELECT grading_id FROM \(origin).prompts WHERE \(qualified(Self.inRuns)))
                OR id IN (SELECT grading_id FROM \(origin).grades WHERE \(qualified(Self.inRuns)))
            ORDER BY id ON CONFLICT DO NOTHING
            """, named: ["run": run.id])
    }

    /// What is added to the ids of each table, so that they come after all that are there.
    private func shifts() throws -> [String: Int] {
        var shifts: [String: Int] = [:]
        for (table, rows) in Self.tables where Self.references.values.contains(table) || table == "contents" {
            // Ids of runs that were removed are not used again.
            let removed = table == "runs" ? " UNION ALL SELECT id FROM main.removed_runs" : ""
            shifts[table] = try database.row(
                """
                SELECT (SELECT ifnull(max(id), 0) FROM (SELECT id FROM main.\(table)\(removed))) + 1
                    - (SELECT ifnull(min(id), 0) FROM \(origin).\(table) WHERE \(qualified(rows))) AS shift
                """, named: ["run": run.id], read: { try $0.int("shift") })
        }
        return shifts
    }

    private func copy(_ table: String, _ rows: String, _ shifts: [String: Int]) throws {
        let columns = try database.rows("SELECT name FROM pragma_table_info(?)", table) { try $0.text("name") }
        let values = columns.map { value($0, of: table, shifts) }
        try database.run(
            """
            INSERT INTO main.\(table) (\(columns.joined(separator: ", ")))
            SELECT \(values.joined(separator: ", ")) FROM \(origin).\(table) AS original WHERE \(qualified(rows))
            """, .named([("run", run.id)] + (table == "runs" ? [("outdir", outdir)] : [])))
    }

    /// The expression for a column's value.
    private func value(_ column: String, of table: String, _ shifts: [String: Int]) -> String {
        switch (table, column) {
        case ("runs", "outdir"): return ":outdir"
        // Nobody works on the copy: its cells that run are free, and who takes them ends nobody's processes.
        case ("workers", "ended_at"): return "ifnull(ended_at, heartbeat_at)"
        // Ids of runs that are not copied.
        case ("workers", "runs"), ("workers", "budget_runs"): return "NULL"
        case ("runs", "written_attempt"):
            return "CASE WHEN written_attempt > 0 THEN written_attempt + \(shifts["attempts"] ?? 0) ELSE 0 END"
        case (_, "grading_id"):
            return """
                (SELECT known.id FROM main.gradings AS known JOIN \(origin).gradings AS theirs USING (sha256)
                WHERE theirs.id = original.grading_id)
                """
        default:
            let shift = column == "id" ? shifts[table] : Self.references[column].flatMap { shifts[$0] }
            return shift.map { "\(column) + \($0)" } ?? column
        }
    }

    private func qualified(_ rows: String) -> String { rows.replacing("ORIGIN", with: origin) }
}
