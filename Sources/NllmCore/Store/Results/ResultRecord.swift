internal import FoundationEssentials

/// The version of the formats of results and manifests.
enum ArtifactSchema {
    static let version = 1
}

/// A cell's result as it stands in the artifacts: nllm's nine fields, then ours.
struct ResultRecord {
    /// The prompt's folder and the model's file name.
    var folder: String
    var file: String
    var sample: Int
    var json: JSONValue
    /// Both outputs as they were written, if the run keeps them.
    var raw: (stdout: [UInt8], stderr: [UInt8])?

    /// All columns that ``init(_:)`` reads; a condition on `cells` is still to come.
    static let sql = """
        SELECT cells.sample, cells.status, cells.attempts, cells.attempt_id, prompts.name AS prompt, prompts.folder,
            prompts.metadata, models.label, models.file, runs.name AS run, runs.raw, attempts.duration_ms,
            attempts.exit_code, attempts.started_at, attempts.finished_at, attempts.failure_kind,
            attempts.failure_message, attempts.http_status, attempts.retry_after, attempts.tokens_input,
            attempts.tokens_output, attempts.usage_details, attempts.cost, attempts.cpu_ms, attempts.peak_memory_kb,
            attempts.cached_from, answers.text, answers.stderr_tail, answers.command,
            answers.stdout, answers.stderr
        FROM cells
        JOIN prompts ON prompts.id = cells.prompt_id
        JOIN models ON models.id = cells.model_id
        JOIN runs ON runs.id = cells.run_id
        JOIN attempts ON attempts.id = cells.attempt_id
        JOIN answers ON answers.attempt_id = cells.attempt_id
        """

    /// Calls `body` with each result of a run in the order of the artifacts: prompts, then models, then samples.
    static func forEach(of run: Int64, in database: Database, _ body: (ResultRecord) throws -> Void) throws {
        let sql = sql + " WHERE cells.prompt_id = ? AND cells.live = 1 ORDER BY models.position, cells.sample"
        try database.forEachRow("SELECT id FROM prompts WHERE run_id = ? AND live = 1 ORDER BY position", run) {
            prompt in
            try database.forEachRow(sql, try prompt.id("id")) { row in try body(try ResultRecord(row)) }
        }
    }

    init(_ row: Statement) throws {
        folder = try FileName.checked(row.text("folder"), of: "a prompt")
        file = try FileName.checked(row.text("file"), of: "a model")
        sample = try row.int("sample")
        let text = try row.text("text")
        if try row.bool("raw") {
            raw = (try row.optionalBytes("stdout") ?? Array(text.utf8), try row.optionalBytes("stderr") ?? [])
        }
        json = .object([
            .init("model", .string(try row.text("label"))),
            .init("status", .string(try row.text("status"))),
            .init("duration_ms", .integer(try row.int("duration_ms"))),
            .init("exit_code", .integer(try row.int("exit_code"))),
            .init("text", .string(text)),
            .init("meta", try Self.meta(row)),
            .init("command", try JSONParser.parse(row.text("command"))),
            .init("stderr_tail", .string(try row.text("stderr_tail"))),
            .init("json", try Self.isCutOff(row) ? .null : JSONExtraction.extract(text) ?? .null),
            .init("schema_version", .integer(ArtifactSchema.version)),
            .init("run", .string(try row.text("run"))),
            .init("prompt_id", .string(try row.text("prompt"))),
            .init("sample", .integer(sample)),
            .init("attempts", .integer(try row.int("attempts"))),
            .init("failure", try Self.failure(row)),
            .init("started_at", .string(Timestamp.utc(Date(milliseconds: try row.int("started_at"))))),
            .init("finished_at", .string(Timestamp.utc(Date(milliseconds: try row.int("finished_at"))))),
            .init("metadata", try row.optionalText("metadata").map { try JSONParser.parse($0) } ?? .null),
        ])
    }

    /// Whether it was ended over `--max-answer`: then a value that fills all of it has no end, and would fill memory.
    private static func isCutOff(_ row: Statement) throws -> Bool {
        try row.optionalText("failure_kind") == FailureKind.request.rawValue
            && row.int("exit_code") == Outcome.noExitCode
    }

    /// What is unknown is left out; `error`, `error_message` and `timeout` stand there as nllm has them.
    private static func meta(_ row: Statement) throws -> JSONValue {
        var members: [JSONValue.Member] = []
        switch CellStatus(rawValue: try row.text("status")) {
        case .error:
            members = [
                .init("error", .bool(true)), .init("error_message", .string(try row.text("failure_message"))),
            ]
        case .timeout: members = [.init("timeout", .bool(true))]
        default: break
        }
        for name in ["tokens_input", "tokens_output", "cpu_ms", "peak_memory_kb"] {
            if let count = try row.optionalInt(name) { members.append(.init(name, .integer(count))) }
        }
        if let cost = try row.optionalDouble("cost") { members.append(.init("cost_estimated", .number(String(cost)))) }
        if let details = try row.optionalText("usage_details") {
            members.append(.init("usage_details", try JSONParser.parse(details)))
        }
        if let source = try row.optionalText("cached_from").map({ try JSONParser.parse($0) }) {
            let names = ["run", "prompt_id", "finished_at"]
            members.append(
                .init("cached_from", .object(names.compactMap { name in source[name].map { .init(name, $0) } })))
        }
        return .object(members)
    }

    private static func failure(_ row: Statement) throws -> JSONValue {
        guard let kind = try row.optionalText("failure_kind") else { return .null }
        let retryAfter = try row.optionalDouble("retry_after")
        return .object([
            .init("kind", .string(kind)),
            .init("message", .string(try row.text("failure_message"))),
            .init("http_status", try row.optionalInt("http_status").map(JSONValue.integer) ?? .null),
            .init("retry_after", retryAfter.map { .number(String($0)) } ?? .null),
        ])
    }
}
