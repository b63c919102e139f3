/// A run with the facts that its artifacts contain about the whole.
struct RunState {
    var run: Run
    var prompts: Int
    var sources: [SourceSummary]
    var counts: CellCounts
    /// Whether a judge is asked about its answers.
    var isJudged: Bool

    /// The number of cells with a result.
    var results: Int { CellStatus.allCases.filter(\.hasResult).map { counts[$0] }.reduce(0, +) }
}

extension RunState {
    /// Reads the state of a run.
    init(_ database: any Connection, in folder: String, runID: RunID) throws {
        guard let found = try database.row("SELECT * FROM runs WHERE id = ?", runID, read: { try Run($0, in: folder) })
        else { throw DamagedValue("run \(runID) is gone") }
        self.run = found
        // Only whether there is more than one matters.
        prompts = try database.rows(
            "SELECT id FROM prompts WHERE run_id = ? AND live = 1 LIMIT 2", runID, read: { _ in true }
        ).count
        sources = try database.rows("SELECT * FROM sources WHERE run_id = ? ORDER BY position", runID) { row in
            SourceSummary(path: try row.text("path"), digest: try row.text("sha256"), prompts: try row.int("prompts"))
        }
        isJudged = try database.companion(of: runID, .judging) != nil
        counts = try database.rows("SELECT * FROM counters WHERE run_id = ?", runID, read: CellCounts.init)
            .reduce(CellCounts(), +)
    }
}
