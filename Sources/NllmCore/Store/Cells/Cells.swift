public import FoundationEssentials

/// A cell with its history, for display.
public struct CellRecord: Sendable {
    /// One attempt of a cell.
    public struct Attempt: Sendable {
        /// Its number; nil for an interrupted attempt, which does not count.
        public let number: Int?
        /// `ok`, `error`, `timeout` or `interrupted`.
        public let outcome: String
        /// The exit code of `llm`; -1 if there was none.
        public let exitCode: Int
        /// Duration in milliseconds.
        public let duration: Int
        /// Time of the start.
        public let startedAt: Date
        /// The failure's kind and message.
        public let failure: String?
        /// The estimated cost in US dollars; nil if it is not known.
        public let cost: Double?
        /// What `llm` printed; of several turns, for the last one that was asked.
        public let text: String?
        /// The answers to the turns before that one.
        public let earlier: [String]
        /// The end of standard error.
        public let stderrTail: String?
        /// The command line that was run, redacted; nil without an answer, empty for one that the prompt brought.
        let command: [String]?
        /// What the provider said of the answer.
        let served: ServedAnswer

        /// The name of the model that gave the answer, by the provider; nil if it is not known.
        public var servedModel: String? { served.model }
        /// The provider's mark of that model's configuration; nil if it is not known.
        public var servedFingerprint: String? { served.fingerprint }
        /// Why the model stopped, in the provider's words; nil if it is not known.
        public var finishReason: String? { served.finishReason }
    }

    /// The prompt's id.
    public let prompt: String
    /// The prompt's text; of a conversation its last message.
    public let text: String
    /// The texts of all turns; empty for a prompt without them.
    public let turns: [String]
    /// Whether the command's arguments hold ``text``.
    let isInArguments: Bool
    /// The prompt's own system prompt; nil without one.
    package let system: String?
    /// What is said in a conversation, each as `user: …`, ``text`` included; empty for other prompts.
    package let messages: [String]
    /// The model's label.
    public let model: String
    /// The sample, from 1.
    public let sample: Int
    /// The state.
    public let status: CellStatus
    /// The time before which it may not be retried.
    public let notBefore: Date?
    /// Why it is not started, if its model is paused.
    public let pause: ModelPause?
    /// What the prompt's assertions said about the answer; nil if it was not graded.
    let grade: ResultRecord.Grade?
    /// Its attempts, oldest first.
    public let attempts: [Attempt]
}

extension CellRecord {
    /// A line for a POSIX shell that sends the same as the last attempt; nil if there was none, or if no command sends it.
    package var shellLine: String? {
        guard turns.isEmpty, messages.isEmpty, let command = attempts.compactMap(\.command).last, !command.isEmpty
        else { return nil }
        return ShellWord.line(command, input: isInArguments ? nil : Redaction.redact(text))
    }

    /// Whether the answer passed, its score from 0 to 1, and what each assertion said; nil if it was not graded.
    public var verdict: (passed: Bool?, score: Double?, asserts: JSONValue)? {
        grade.map { ($0.passed, $0.score, $0.verdicts) }
    }
}

extension Store {
    /// Calls `body` with each selected cell of a run, in the order of the results.
    public nonisolated func forEachCell(
        of run: Run, _ selection: CellSelection, _ body: (CellRecord) throws -> Void
    ) throws(NllmError) {
        try forEachCell(of: run, selection) { cell in
            try body(cell)
            return false
        }
    }

    /// The same until `body` returns that it has enough.
    package nonisolated func forEachCell(
        of run: Run, _ selection: CellSelection, until body: (CellRecord) throws -> Bool
    ) throws(NllmError) {
        let (condition, values) = selection.condition(in: run.id)
        let sql = """
            SELECT cells.id, cells.sample, cells.status, cells.not_before, prompts.name, prompts.text, prompts.turns,
                prompts.messages, prompts.in_arguments, prompts.system, models.label,
                models.paused_kind, models.paused_message, models.paused_at, grades.score, grades.passed,
                grades.verdicts
            FROM cells JOIN prompts ON prompts.id = cells.prompt_id JOIN models ON models.id = cells.model_id
            LEFT JOIN grades ON grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id
            WHERE cells.prompt_id = :prompt AND \(condition)
            ORDER BY models.position, cells.sample
            """
        try readingAside { database in
            var isEnough = false
            try database.forEachRow(
                "SELECT id FROM prompts WHERE run_id = ? AND live = 1 ORDER BY position", .positional([run.id])
            ) { prompt in
                let promptID: PromptID = try prompt.id("id")
                try database.forEachRow(sql, .named(values + [("prompt", promptID)])) { row in
                    isEnough = try body(try CellRecord(row, attempts: Self.attempts(database, cell: row.id("id"))))
                    return isEnough
                }
                return isEnough
            }
        }
    }

    /// Throws if the selection names a prompt or model that the run does not have.
    public func check(_ selection: CellSelection, in run: Run) throws(NllmError) {
        try reading { try checkNames(run, selection) }
    }

    private nonisolated static func attempts(_ database: any Connection, cell: CellID) throws -> [CellRecord.Attempt] {
        try database.rows(
            """
            SELECT attempts.*, answers.text, answers.earlier, answers.stderr_tail, answers.command FROM attempts
            LEFT JOIN answers ON answers.attempt_id = attempts.id WHERE cell_id = ? ORDER BY attempts.id
            """, cell, read: CellRecord.Attempt.init)
    }
}

extension CellRecord {
    init(_ row: any Row, attempts: [Attempt]) throws {
        prompt = try row.text("name")
        text = try row.text("text")
        turns = try row.optionalJSON("turns")?.stringValues ?? []
        system = try row.optionalText("system")
        isInArguments = try row.bool("in_arguments")
        let conversation = try row.optionalJSON("messages").flatMap(Conversation.init)
        messages = conversation.map { $0.messages.map { "\($0.role.rawValue): \($0.description)" } } ?? []
        model = try row.text("label")
        sample = try row.int("sample")
        status = try row.value("status")
        notBefore = try row.optionalInt("not_before").flatMap {
            $0 == CellTransition.first ? nil : Date(milliseconds: $0)
        }
        pause = status == .pending ? try ModelPause(row) : nil
        grade = try ResultRecord.Grade(row)
        self.attempts = attempts
    }

    /// The cell as an object.
    public var json: JSONValue {
        let members: [JSONValue.Member] = [
            .init("prompt_id", .string(prompt)), .init("model", .string(model)), .init("sample", .integer(sample)),
            .init("status", .string(status.rawValue)), .init("prompt", .string(text)),
            .init("not_before", .optional(notBefore.map(Timestamp.utc))),
            .init("paused", pause?.json ?? .null), .init("attempts", .array(attempts.map(\.json))),
        ]
        return .object(
            members + (turns.isEmpty ? [] : [.init("turns", .strings(turns))]) + (grade?.members ?? []))
    }
}

extension CellRecord.Attempt {
    init(_ row: any Row) throws {
        number = try row.optionalInt("number")
        outcome = try row.text("outcome")
        exitCode = try row.int("exit_code")
        duration = try row.int("duration_ms")
        startedAt = try row.date("started_at")
        let message = try row.optionalText("failure_message")
        failure = try row.optionalText("failure_kind").map { "\($0): \(message ?? "")" }
        cost = try row.optionalDouble("cost")
        text = try row.optionalText("text")
        earlier = try row.optionalJSON("earlier")?.stringValues ?? []
        stderrTail = try row.optionalText("stderr_tail")
        command = try row.optionalJSON("command")?.stringValues
        served = try ServedAnswer(row)
    }

    var json: JSONValue {
        let members: [JSONValue.Member] = [
            .init("number", number.map(JSONValue.integer) ?? .null), .init("outcome", .string(outcome)),
            .init("exit_code", .integer(exitCode)), .init("duration_ms", .integer(duration)),
            .init("started_at", .string(Timestamp.utc(startedAt))), .init("failure", .optional(failure)),
            .init("cost_estimated", cost.map { .number(String($0)) } ?? .null),
            .init("text", .optional(text)), .init("stderr_tail", .optional(stderrTail)),
        ]
        return .object(members + served.members + (earlier.isEmpty ? [] : [.init("earlier", .strings(earlier))]))
    }
}
