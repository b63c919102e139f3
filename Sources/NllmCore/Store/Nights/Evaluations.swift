internal import FoundationEssentials

/// What an enqueue says about the evaluation of its run.
struct PlannedEvaluation: Sendable {
    /// The history that the run belongs to as a night; nil for none.
    var series: String?
    /// What it is held against.
    var settings: JSONValue
}

/// The evaluation of a run, finished or not.
struct StoredEvaluation: Sendable {
    var run: Run
    var series: String?
    var settings: JSONValue
    /// Whether a later night of the series has begun before this one was done.
    var isReplaced: Bool
    /// What was found; nil while there is more to do.
    var result: JSONValue?
}

extension StoredEvaluation {
    init(_ row: any Row, in folder: String) throws {
        run = try Run(row, in: folder)
        series = try row.optionalText("series")
        settings = try row.json("evaluation_settings")
        isReplaced = try row.bool("replaced")
        result = try row.optionalJSON("result")
    }
}

extension Store {
    /// The evaluation of a run; nil if nothing is to be evaluated.
    func evaluation(of run: RunID) throws(NllmError) -> StoredEvaluation? {
        try reading {
            try database.row(
                """
                SELECT runs.*, series, evaluations.settings AS evaluation_settings, replaced, result
                FROM evaluations JOIN runs ON runs.id = evaluations.run_id WHERE run_id = ?
                """, run
            ) { try StoredEvaluation($0, in: folder) }
        }
    }

    /// Whether a run is, or is to be, evaluated.
    package func hasEvaluation(_ run: Run) throws(NllmError) -> Bool { try evaluation(of: run.id) != nil }

    /// The directory in which a run was made.
    func directory(of run: RunID) throws(NllmError) -> String {
        try reading {
            try database.row("SELECT directory FROM runs WHERE id = ?", run) { try $0.text("directory") } ?? "/"
        }
    }

    /// The runs whose evaluation can go on, oldest first: of these runs, or of all.
    ///
    /// Nothing of them is left to do, or all that is left waits for someone to act.
    func ripeEvaluations(_ runs: [RunID]? = nil) throws(NllmError) -> [RunID] {
        try reading {
            let ripe: [RunID] = try database.rows(
                """
                SELECT run_id FROM evaluations JOIN runs ON runs.id = run_id
                WHERE evaluated_at IS NULL AND removing = 0 AND NOT \(Self.isUnderWay)
                ORDER BY run_id
                """, read: { try $0.id("run_id") })
            guard let runs else { return ripe }
            return ripe.filter(runs.contains)
        }
    }

    /// What is left of a run's evaluation; nil if there is nothing.
    func evaluationLeft(of run: RunID) throws -> String? {
        try database.row(
            """
            SELECT ifnull((SELECT purpose FROM runs JOIN counters ON counters.run_id = runs.id
                WHERE parent_id = evaluations.run_id AND pending + running > 0), 'evaluating') AS left
            FROM evaluations WHERE run_id = ? AND evaluated_at IS NULL
            """, run, read: { try $0.text("left") })
    }

    /// The condition that cells of a run of `evaluations`, or of its companions, are still to be worked on.
    private static let isUnderWay = """
        EXISTS (SELECT 1 FROM runs AS worked JOIN counters ON counters.run_id = worked.id
            WHERE (worked.id = evaluations.run_id OR worked.parent_id = evaluations.run_id)
                AND worked.blocked_at IS NULL AND pending + running > 0)
        """

    /// Stores what an evaluation has found, and ends the run.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - result: what was found.
    ///   - passed: whether all gates hold; nil without gates.
    ///   - regressed: whether the run is worse than its history; nil without one.
    ///   - cells: the number of companions' cells that were taken into account.
    ///   - now: the time.
    /// - Returns: false if the run has got more to do meanwhile, or another process was faster.
    /// - Throws: if the store cannot be written.
    func finishEvaluation(
        of run: RunID, result: JSONValue, passed: Bool?, regressed: Bool?, companionCells cells: Int, now: Date
    ) throws(NllmError) -> Bool {
        try transaction {
            guard try database.companionCells(of: run) == cells else { return false }
            let finished = try database.run(
                """
                UPDATE evaluations SET result = ?1, passed = ?2, regressed = ?3, evaluated_at = ?4
                WHERE run_id = ?5 AND evaluated_at IS NULL AND NOT \(Self.isUnderWay)
                """, result, passed, regressed, now, run)
            guard finished == 1 else { return false }
            try database.run(Self.settleSQL, now, run)
            return true
        }
    }

    /// Adds a line to the events of a night.
    func addEvent(_ text: String, toNight run: String) throws(NllmError) {
        _ = try transaction {
            try database.run(
                """
                UPDATE evaluations SET result = json_insert(result, '$.events[#]', ?)
                WHERE result IS NOT NULL AND run_id = (SELECT id FROM runs WHERE name = ?)
                """, text, run)
        }
    }

    /// Has a run evaluated again.
    func reopenEvaluation(of run: RunID, now: Date) throws(NllmError) {
        try transaction {
            try database.reopenEvaluation(of: run)
            try database.run(Self.settleSQL, now, run)
        }
    }
}

extension Connection {
    /// Has a run evaluated again, because its answers or grades may have changed.
    func reopenEvaluation(of run: RunID) throws {
        try self.run(
            """
            UPDATE evaluations SET result = NULL, passed = NULL, regressed = NULL, evaluated_at = NULL
            WHERE run_id = ? AND evaluated_at IS NOT NULL
            """, run)
    }
}
