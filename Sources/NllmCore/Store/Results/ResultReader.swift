internal import FoundationEssentials

/// Reads the data of a run's artifacts on a separate connection.
final class ResultReader {
    let database: any Connection
    /// The folder of the database.
    private let folder: String

    init(_ database: any Connection, in folder: String) {
        self.database = database
        self.folder = folder
    }

    /// Runs `body` on one state of the store, unaffected by concurrent records.
    func snapshot<Value>(_ body: () throws -> Value) throws -> Value { try database.snapshot(body) }

    /// Where a run's artifacts are, and what is in them; without the rest of its state, which takes longer to read.
    func place(ofRun runID: RunID) throws -> RunPlace {
        let place = try database.row(RunPlace.sql, runID) { try RunPlace($0, in: folder) }
        guard let place else { throw DamagedValue("run \(runID) is gone") }
        return place
    }

    func state(ofRun runID: RunID) throws -> RunState { try RunState(database, in: folder, runID: runID) }

    /// The run's last attempt; 0 if there is none.
    func lastAttemptID(ofRun runID: RunID) throws -> AttemptID {
        try database.row(
            "SELECT coalesce(max(id), 0) AS id FROM attempts WHERE run_id = ?", runID, read: { try $0.id("id") }) ?? 0
    }

    /// The result of an attempt; nil if its cell has left the run.
    func result(ofAttempt attemptID: AttemptID) throws -> ResultRecord? {
        try database.row(Self.resultSQL, attemptID, read: ResultRecord.init)
    }

    private static let resultSQL =
        ResultRecord.sql + " WHERE attempts.id = ? AND cells.id = attempts.cell_id AND cells.live = 1"

    /// Calls `body` with the attempt of each selected result of a run in the order of the artifacts: prompts, then
    /// models, then samples.
    func forEachAttemptID(
        ofRun runID: RunID, _ selection: CellSelection = CellSelection(), _ body: (AttemptID) throws -> Void
    ) throws {
        let condition = selection.condition(in: runID)
        try database.forEachRow("SELECT id FROM prompts WHERE run_id = ? AND live = 1 ORDER BY position", runID) {
            try forEachAttemptID(ofPrompt: $0.id("id"), condition, body)
        }
    }

    private func forEachAttemptID(
        ofPrompt promptID: PromptID, _ condition: (sql: String, values: [(String, any Bindable)]),
        _ body: (AttemptID) throws -> Void
    ) throws {
        let sql = """
            SELECT cells.attempt_id FROM cells JOIN models ON models.id = cells.model_id
            WHERE cells.prompt_id = :prompt AND cells.attempt_id IS NOT NULL AND \(condition.sql)
            ORDER BY models.position, cells.sample
            """
        try database.forEachRow(sql, named: [("prompt", promptID)] + condition.values) { row in
            try body(try row.id("attempt_id"))
        }
    }

    /// Calls `body` with each selected result of a run in the same order.
    func forEachResult(
        ofRun runID: RunID, _ selection: CellSelection = CellSelection(), _ body: (ResultRecord) throws -> Void
    ) throws {
        try forEachAttemptID(ofRun: runID, selection) { attemptID in
            if let result = try result(ofAttempt: attemptID) { try body(result) }
        }
    }

    /// The selected results of the prompt with this id, in the same order; nil if the run has no such prompt.
    func results(
        ofPrompt name: String, in runID: RunID, _ selection: CellSelection
    ) throws -> [ResultRecord]? {
        let promptID: PromptID? = try database.row(
            "SELECT id FROM prompts WHERE run_id = ? AND name = ? AND live = 1", runID, name, read: { try $0.id("id") })
        guard let promptID else { return nil }
        var found: [ResultRecord] = []
        try forEachAttemptID(ofPrompt: promptID, selection.condition(in: runID)) { attemptID in
            if let result = try result(ofAttempt: attemptID) { found.append(result) }
        }
        return found
    }

    /// The models that have selected cells, in order, with the number of their samples.
    func models(ofRun runID: RunID, _ selection: CellSelection = CellSelection()) throws -> [AnsweredModel] {
        let condition = selection.condition(in: runID)
        var models: [AnsweredModel] = []
        let sql = """
            SELECT models.label, max(cells.sample) AS samples
            FROM prompts CROSS JOIN cells ON cells.prompt_id = prompts.id JOIN models ON models.id = cells.model_id
            WHERE prompts.run_id = :run AND prompts.live = 1 AND \(condition.sql)
            GROUP BY models.id ORDER BY models.position
            """
        try database.forEachRow(sql, named: condition.values) { row in
            models.append(AnsweredModel(label: try row.text("label"), samples: try row.int("samples")))
        }
        return models
    }

    /// Whether an attempt of the run ended at that time, in the artifacts' format.
    func hasAttempt(of run: Run, finishedAt time: String) throws -> Bool {
        var isKnown = false
        try database.forEachRow("SELECT finished_at FROM attempts WHERE run_id = ?", run.id) { row in
            if try Timestamp.utc(row.date("finished_at")) == time { isKnown = true }
        }
        return isKnown
    }

    /// Whether a folder name belongs to one of the run's prompts.
    func hasPrompt(of run: Run, folder: String) throws -> Bool {
        let found = try database.hasRow(
            "SELECT 1 FROM prompts WHERE run_id = ? AND folder_key = ? AND folder = ? AND live = 1", run.id,
            FileName.key(folder), folder)
        return found == true
    }

    /// The file names of one prompt's results, without extensions; those of the only prompt if the folder is nil.
    func fileNames(of run: Run, folder: String?) throws -> Set<String> {
        let names = try database.rows(
            """
            SELECT models.file, cells.sample FROM prompts
            JOIN cells ON cells.prompt_id = prompts.id JOIN models ON models.id = cells.model_id
            WHERE prompts.run_id = ?1 AND prompts.live = 1 AND (?2 IS NULL OR prompts.folder_key = ?2) AND cells.live = 1
                AND cells.attempt_id IS NOT NULL
            """, run.id, folder.map(FileName.key)
        ) { RunFolder.name(model: try $0.text("file"), sample: try $0.int("sample")) }
        return Set(names)
    }
}
