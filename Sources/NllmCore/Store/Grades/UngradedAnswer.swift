/// An answer that its prompt's assertions have not been applied to.
struct UngradedAnswer: Sendable {
    var cellID: CellID
    var attemptID: AttemptID
    var gradingID: GradingID
    /// The text that was answered last.
    var question: String
    /// The answer as it appears in the artifacts.
    var text: String
    /// The prompt's variables, an object; nil if it has none.
    var vars: JSONValue?
    /// Milliseconds; nil if no model was asked.
    var duration: Int?
    /// US dollars; nil if it is unknown or no model was asked.
    var cost: Double?
    /// Why the model stopped, in the provider's words; nil if it is unknown.
    var finishReason: String?
    var prompt: String
    var label: String
    var sample: Int
    /// What was said of it before; nil if it was not graded.
    var grade: ResultRecord.Grade?
    /// Whether that was said by the same assertions.
    var isGraded: Bool
}

/// Which answers of a run are graded.
package enum GradingScope: Sendable {
    /// Those that have no grade by the present assertions.
    case ungraded
    /// These, and those whose grade is no verdict.
    case withoutVerdict
    case all
}

extension UngradedAnswer {
    fileprivate init(_ row: any Row) throws {
        let record = try ResultRecord(row)
        let wasAsked = record.cachedFrom == nil && !record.isGiven
        self.init(
            cellID: try row.id("cell_id"), attemptID: record.attemptID, gradingID: try row.id("grading_id"),
            question: record.turns.last ?? record.promptText, text: record.text, vars: record.vars,
            duration: wasAsked ? record.durationMilliseconds : nil,
            cost: wasAsked ? record.cost : nil, finishReason: record.served.finishReason, prompt: record.prompt,
            label: record.label, sample: record.sample,
            grade: record.grade, isGraded: try row.optionalInt("graded_by") == row.int("grading_id"))
    }
}

extension Store {
    /// The content of a grading, a JSON object.
    func grading(_ id: GradingID) throws(NllmError) -> JSONValue {
        try reading {
            let content = try database.row("SELECT content FROM gradings WHERE id = ?", id) { try $0.json("content") }
            guard let content else { throw DamagedValue("grading \(id) is gone") }
            return content
        }
    }

    /// The answers among these attempts that are to be graded.
    func ungraded(_ attempts: [AttemptID]) throws(NllmError) -> [UngradedAnswer] {
        try reading {
            try attempts.compactMap { attempt in
                try database.row(
                    "\(Self.ungradedSQL) AND attempts.id = ? AND cells.id = attempts.cell_id", attempt,
                    read: UngradedAnswer.init)
            }
        }
    }

    /// The next answers of a run that are to be graded, in the order of their cells.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - cell: the last cell that was looked at; 0 to begin.
    ///   - scope: which answers.
    ///   - limit: the most answers.
    /// - Returns: the answers.
    /// - Throws: if the store cannot be read.
    func ungraded(
        of run: RunID, after cell: CellID, _ scope: GradingScope, limit: Int
    ) throws(NllmError) -> [UngradedAnswer] {
        try reading {
            guard try database.hasRow("SELECT 1 FROM prompts WHERE run_id = ? AND grading_id IS NOT NULL LIMIT 1", run)
            else { return [] }
            return try database.rows(
                """
                \(Self.sql(scope)) AND cells.run_id = ? AND cells.id > ?
                ORDER BY cells.id LIMIT ?
                """, run, cell, limit, read: UngradedAnswer.init)
        }
    }

    /// The answers to one prompt for one model of a run; nil if some of them are gone.
    func answers(_ outcome: PromptOutcome) throws(NllmError) -> [UngradedAnswer]? {
        try reading {
            let answered = try database.row(
                """
                SELECT count(*) AS cells FROM cells WHERE prompt_id = ? AND model_id = ? AND live = 1 AND status = 'ok'
                """, outcome.promptID, outcome.modelID, read: { try $0.int("cells") })
            let answers = try database.rows(
                "\(Self.gradableSQL) AND cells.prompt_id = ? AND cells.model_id = ? ORDER BY cells.sample",
                outcome.promptID, outcome.modelID, read: UngradedAnswer.init)
            return answers.count == answered ? answers : nil
        }
    }

    private static let gradableSQL = """
        \(ResultRecord.sql)
        WHERE cells.live = 1 AND cells.status = 'ok' AND prompts.grading_id IS NOT NULL
        """

    private static let ungradedSQL = """
        \(gradableSQL) AND NOT EXISTS (SELECT 1 FROM grades WHERE grades.id = cells.grade_id
            AND grades.attempt_id = cells.attempt_id AND grades.grading_id = prompts.grading_id)
        """

    private static func sql(_ scope: GradingScope) -> String {
        switch scope {
        case .ungraded: ungradedSQL
        case .withoutVerdict:
            """
            \(gradableSQL) AND NOT EXISTS (SELECT 1 FROM grades WHERE grades.id = cells.grade_id AND passed IS NOT NULL
                AND grades.attempt_id = cells.attempt_id AND grades.grading_id = prompts.grading_id)
            """
        case .all: gradableSQL
        }
    }
}
