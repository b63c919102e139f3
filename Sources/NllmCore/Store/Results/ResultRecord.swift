internal import FoundationEssentials

/// A cell's result as stored in the database.
struct ResultRecord {
    /// What assertions said.
    struct Grade: Sendable, Equatable {
        /// From 0 to 1; nil if nothing was scored.
        var score: Double?
        /// nil: no verdict.
        var passed: Bool?
        /// An array with an object for each assertion.
        var verdicts: JSONValue
    }

    var attemptID: AttemptID
    /// The folder name of the prompt and the file name of the model.
    var folder: String
    var file: String
    var sample: Int

    var run: String
    var prompt: String
    var metadata: JSONValue?
    var promptText: String
    var vars: JSONValue?
    /// The prompts of all turns; empty if there was only one.
    var turns: [String]
    /// The answers to the turns before the one that ``output`` answers.
    var earlier: [String]
    /// The version of the run's artifacts' format.
    var schemaVersion: Int
    var label: String
    var status: CellStatus
    /// The number of attempts that count.
    var attempts: Int
    var exitCode: Int
    var failure: Failure?
    /// What `llm` printed.
    var output: String
    var stderrTail: String
    /// The command line that was run, redacted.
    var command: JSONValue
    var served: ServedAnswer
    var tokensInput: Int?
    var tokensOutput: Int?
    var usageDetails: JSONValue?
    /// US dollars.
    var cost: Double?
    var cpuMilliseconds: Int?
    var peakMemoryKilobytes: Int?
    /// The source of a reused answer.
    var cachedFrom: JSONValue?
    /// Whether the prompt brought its answer.
    var isGiven: Bool
    var startedAt: Date
    var finishedAt: Date
    var durationMilliseconds: Int
    /// What the prompt's assertions said; nil if it has none or they have not been applied.
    var grade: Grade?
    /// Whether the prompt has assertions.
    var hasGrading: Bool
    /// Both outputs as written, if the run keeps them.
    var raw: (stdout: [UInt8], stderr: [UInt8])?
}

extension ResultRecord {
    /// The answer; since version 2 without the line break that `llm` adds to a complete one.
    var text: String {
        guard schemaVersion > 1, exitCode == 0, output.utf8.last == UInt8(ascii: "\n") else { return output }
        return String(decoding: output.utf8.dropLast(), as: UTF8.self)
    }

    /// All columns that ``init(_:)`` reads; to be completed with a condition on `cells`.
    static let sql = """
        SELECT cells.id AS cell_id, prompts.given_answer IS NOT NULL AS is_given, prompts.grading_id, grades.grading_id AS graded_by, grades.score, grades.passed, grades.verdicts, cells.sample, cells.status, cells.attempts, cells.attempt_id, prompts.name AS prompt, prompts.folder,
            prompts.metadata, prompts.text AS prompt_text, prompts.vars, prompts.turns, models.label, models.file, runs.name AS run,
            runs.raw, runs.schema_version, attempts.duration_ms,
            attempts.exit_code, attempts.started_at, attempts.finished_at, attempts.failure_kind,
            attempts.failure_message, attempts.http_status, attempts.retry_after, attempts.tokens_input,
            attempts.tokens_output, attempts.usage_details, attempts.cost, attempts.cpu_ms, attempts.peak_memory_kb,
            attempts.served_model, attempts.served_fingerprint, attempts.finish_reason, attempts.cached_from, answers.text, answers.earlier, answers.stderr_tail, answers.command,
            answers.stdout, answers.stderr
        FROM cells
        JOIN prompts ON prompts.id = cells.prompt_id
        JOIN models ON models.id = cells.model_id
        JOIN runs ON runs.id = cells.run_id
        JOIN attempts ON attempts.id = cells.attempt_id
        JOIN answers ON answers.attempt_id = cells.attempt_id
        LEFT JOIN grades ON grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id
        """

    init(_ row: any Row) throws {
        attemptID = try row.id("attempt_id")
        folder = try FileName.checked(row.text("folder"), of: "a prompt")
        file = try FileName.checked(row.text("file"), of: "a model")
        sample = try row.int("sample")
        run = try row.text("run")
        prompt = try row.text("prompt")
        metadata = try row.optionalJSON("metadata")
        promptText = try row.text("prompt_text")
        vars = try row.optionalJSON("vars")
        turns = try row.optionalJSON("turns")?.stringValues ?? []
        earlier = try row.optionalJSON("earlier")?.stringValues ?? []
        schemaVersion = try row.int("schema_version")
        label = try row.text("label")
        status = try row.value("status")
        attempts = try row.int("attempts")
        exitCode = try row.int("exit_code")
        failure = try row.optionalText("failure_kind") == nil ? nil : try Failure(row)
        output = try row.text("text")
        stderrTail = try row.text("stderr_tail")
        command = try row.json("command")
        served = try ServedAnswer(row)
        tokensInput = try row.optionalInt("tokens_input")
        tokensOutput = try row.optionalInt("tokens_output")
        usageDetails = try row.optionalJSON("usage_details")
        cost = try row.optionalDouble("cost")
        cpuMilliseconds = try row.optionalInt("cpu_ms")
        peakMemoryKilobytes = try row.optionalInt("peak_memory_kb")
        cachedFrom = try row.optionalJSON("cached_from")
        isGiven = try row.bool("is_given")
        startedAt = try row.date("started_at")
        finishedAt = try row.date("finished_at")
        durationMilliseconds = try row.int("duration_ms")
        hasGrading = try row.optionalInt("grading_id") != nil
        grade = try Grade(row)
        if try row.bool("raw") {
            raw = (try row.optionalBytes("stdout") ?? Array(output.utf8), try row.optionalBytes("stderr") ?? [])
        }
    }
}

extension ResultRecord.Grade {
    /// Reads `score`, `passed` and `verdicts`; nil if there is no grade.
    init?(_ row: any Row) throws {
        guard let verdicts = try row.optionalJSON("verdicts") else { return nil }
        self.init(
            score: try row.optionalDouble("score"), passed: try row.optionalInt("passed").map { $0 != 0 },
            verdicts: verdicts)
    }

    /// What the first assertion says that did not pass.
    var firstReason: String? {
        guard case .array(let verdicts) = verdicts else { return nil }
        let failed = verdicts.first { $0["pass"] == .bool(false) } ?? verdicts.first { $0["pass"] == .null }
        return failed.flatMap { verdict in
            guard let type = verdict["type"]?.stringValue, let reason = verdict["reason"]?.stringValue else {
                return nil
            }
            return "\(type): \(reason)"
        }
    }

    /// `score`, `pass` and `asserts`.
    var members: [JSONValue.Member] {
        [
            .init("score", score.map { .number(String($0)) } ?? .null),
            .init("pass", passed.map(JSONValue.bool) ?? .null),
            .init("asserts", verdicts),
        ]
    }
}
