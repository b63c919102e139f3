/// The answers of two models to the same prompt.
package struct AnswerPair: Sendable {
    /// What one model answered.
    package struct Side: Sendable {
        /// The cell's state.
        package let status: CellStatus
        /// The answer, or as much of it as a cell that failed has; nil without any.
        package let text: String?
    }

    /// The prompt's id.
    package let prompt: String
    /// The sample, from 1.
    package let sample: Int
    package let first: Side
    package let second: Side

    /// Whether both answered, and with the same text.
    package var isEqual: Bool { first.text != nil && first.text == second.text }
}

extension Store {
    /// The labels of two models that stand in one text, separated by a comma, which labels may hold as well.
    ///
    /// - Parameters:
    ///   - text: two labels or names of models.
    ///   - run: their run.
    /// - Returns: the labels.
    /// - Throws: if the text does not name two models of the run.
    package func modelPair(_ text: String, in run: Run) throws(NllmError) -> (first: String, second: String) {
        for comma in text.indices where text[comma] == "," {
            let sides = [String(text[..<comma]), String(text[text.index(after: comma)...])]
            var labels: [String] = []
            for side in sides {
                var selection = CellSelection()
                selection.models = [side]
                if let label = try self.labels(of: run, selection).sorted().first { labels.append(label) }
            }
            if labels.count == 2, labels[0] != labels[1] { return (labels[0], labels[1]) }
        }
        let known = try models(of: run).map { ModelVariant.shown($0.label) }.quotedList
        throw .usage("`--diff` takes two models of run \(run.name), as in `--diff A,B`; it has \(known)")
    }

    /// Calls `body` with each pair of answers of two models, in the order of the results, until that returns that it has
    /// enough.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - models: the labels of the models.
    ///   - prompts: ids of prompts; all if empty.
    ///   - body: takes a pair.
    /// - Throws: if the store cannot be read, or what `body` throws.
    package nonisolated func forEachPair(
        of run: Run, _ models: (first: String, second: String), prompts: [String],
        until body: (AnswerPair) throws -> Bool
    ) throws(NllmError) {
        var selection = CellSelection()
        selection.prompts = prompts
        let (condition, values) = selection.condition(in: run.id)
        let sql = """
            SELECT prompts.name, cells.sample, cells.status, cells.attempt_id, other.status AS other_status,
                other.attempt_id AS other_attempt
            FROM cells JOIN prompts ON prompts.id = cells.prompt_id JOIN models ON models.id = cells.model_id
            JOIN models AS second ON second.run_id = :run AND second.label = :second AND second.live = 1
            JOIN cells AS other ON other.prompt_id = cells.prompt_id AND other.model_id = second.id
                AND other.sample = cells.sample AND other.live = 1
            WHERE cells.prompt_id = :prompt AND models.label = :first AND models.live = 1 AND \(condition)
            ORDER BY cells.sample
            """
        try readingAside { database in
            let results = ResultReader(database, in: folder)
            func side(_ row: any Row, _ status: String, _ attempt: String) throws -> AnswerPair.Side {
                let id: AttemptID? = try row.optionalID(attempt)
                let (status, text): (CellStatus, _) = (
                    try row.value(status), try id.flatMap { try results.result(ofAttempt: $0)?.text }
                )
                return AnswerPair.Side(status: status, text: status != .ok && text == "" ? nil : text)
            }
            var isEnough = false
            try database.forEachRow(
                "SELECT id FROM prompts WHERE run_id = ? AND live = 1 ORDER BY position", .positional([run.id])
            ) { prompt in
                let promptID: PromptID = try prompt.id("id")
                let names: [(String, any Bindable)] = [
                    ("prompt", promptID), ("first", models.first), ("second", models.second),
                ]
                try database.forEachRow(sql, .named(values + names)) { row in
                    isEnough = try body(
                        AnswerPair(
                            prompt: row.text("name"), sample: row.int("sample"),
                            first: side(row, "status", "attempt_id"), second: side(row, "other_status", "other_attempt")
                        ))
                    return isEnough
                }
                return isEnough
            }
        }
    }
}
