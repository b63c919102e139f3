/// A prompt of a run, with all that is kept beside its request.
struct StoredPrompt {
    let id: PromptID
    let prompt: Prompt

    fileprivate init(_ row: any Row) throws {
        id = try row.id("id")
        var prompt = try Prompt(id: row.text("name"), request: row)
        try prompt.readNotes(row)
        self.prompt = prompt
    }
}

/// A cell as it stands, with its result if it has one.
struct StoredCell {
    let id: CellID
    let label: String
    let sample: Int
    let status: CellStatus
    /// Equal for cells that ask the same.
    let key: [UInt8]
    let attemptID: AttemptID?

    fileprivate init(_ row: any Row) throws {
        id = try row.id("id")
        label = try row.text("label")
        sample = try row.int("sample")
        status = try row.value("status")
        key = try row.bytes("key")
        attemptID = try row.optionalID("attempt_id")
    }

    fileprivate static let sql = """
        SELECT cells.id, models.label, cells.sample, cells.status, cells.key, cells.attempt_id
        FROM prompts CROSS JOIN cells ON cells.prompt_id = prompts.id JOIN models ON models.id = cells.model_id
        """
}

extension ResultReader {
    /// Calls `body` with each prompt of a run, in order.
    func forEachPrompt(ofRun runID: RunID, _ body: (StoredPrompt) throws -> Void) throws {
        let sql = """
            SELECT id, name, \(PromptColumns.requestOfPrompts), vars, metadata FROM prompts
            WHERE run_id = ? AND live = 1 ORDER BY position
            """
        try database.forEachRow(sql, runID) { row in try body(StoredPrompt(row)) }
    }

    /// Calls `body` with each cell of a prompt, in the order of models and samples.
    func forEachCell(of prompt: PromptID, _ body: (StoredCell) throws -> Void) throws {
        let sql = StoredCell.sql + " WHERE prompts.id = ? AND cells.live = 1 ORDER BY models.position, cells.sample"
        try database.forEachRow(sql, prompt) { row in try body(StoredCell(row)) }
    }

    /// The cell of another run with the same prompt id, model label and sample; nil if it has none.
    func cell(like cell: StoredCell, of prompt: String, inRun runID: RunID) throws -> StoredCell? {
        let sql = """
            \(StoredCell.sql) WHERE prompts.run_id = ? AND prompts.name = ? AND prompts.live = 1 AND models.label = ?
            AND cells.sample = ? AND cells.live = 1
            """
        return try database.row(sql, runID, prompt, cell.label, cell.sample, read: StoredCell.init)
    }

    /// The executions of a cell, oldest first, interrupted ones and those before it was requeued included.
    func attempts(of cell: CellID) throws -> [CellFacts.Attempt] {
        try database.rows(
            "SELECT * FROM attempts WHERE cell_id = ? ORDER BY id", cell, read: CellFacts.Attempt.init)
    }
}
