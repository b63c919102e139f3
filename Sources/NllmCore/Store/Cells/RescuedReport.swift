internal import FoundationEssentials

/// A report in the form in which it is kept outside the database, so that any database with its run and cell can record
/// it.
///
/// As JSON it is an object with `version` 1; times are milliseconds since 1970, raw outputs are base64.
struct RescuedReport: Sendable {
    static let version = 1

    var run: String
    /// When the run was created; nil if unknown.
    var runCreatedAt: Date?
    /// The path of the database it was meant for; nil if unknown.
    var database: String?
    /// The cell's key.
    var key: [UInt8]
    var prompt: String
    var label: String
    var sample: Int
    /// The mark of the worker that executed the cell.
    var worker: String
    /// The number of the claim.
    var lease: Int
    /// What was reserved for it.
    var reservation: Reservation
    var outcome: Outcome
    var command: [String]
    var retryAt: Date?

    init(_ report: Report, database: String, worker: String) {
        let claim = report.claim
        (run, runCreatedAt, self.database) = (claim.runName, claim.runCreatedAt, database)
        key = claim.key
        (prompt, label, sample) = (claim.prompt, claim.label, claim.sample)
        self.worker = worker
        lease = claim.lease
        reservation = claim.reservation
        (outcome, command, retryAt) = (report.outcome, report.command, report.retryAt)
    }
}

// MARK: - JSON

extension RescuedReport {
    /// The content of a line.
    enum Line {
        case report(RescuedReport)
        /// Written by a newer version.
        case newer
        /// An incomplete report: writing it was cut off.
        case torn
    }

    /// Reads a line without its line feed.
    static func read(_ line: some Collection<UInt8>) -> Line {
        guard let text = String(validating: line, as: UTF8.self), let json = try? JSONParser.parse(text) else {
            return .torn
        }
        guard json["version"]?.intValue == version else { return json["version"] == nil ? .torn : .newer }
        return RescuedReport(json).map(Line.report) ?? .torn
    }

    /// The report on one line, its line feed included.
    var line: [UInt8] { JSONWriter.line(json) + [UInt8(ascii: "\n")] }

    private var json: JSONValue {
        .object([
            .init("version", .integer(Self.version)), .init("run", .string(run)),
            .init("run_created_at", .integer(runCreatedAt?.milliseconds)), .init("database", .optional(database)),
            .init("key", .string(Hexadecimal.text(key))),
            .init("prompt_id", .string(prompt)), .init("model", .string(label)), .init("sample", .integer(sample)),
            .init("worker", .string(worker)), .init("lease", .integer(lease)),
            .init("reserved_cost", .double(reservation.cost)), .init("reserved_tokens", .integer(reservation.tokens)),
            .init("expected_tokens", .integer(reservation.expected)), .init("command", .strings(command)),
            .init("retry_at", .integer(retryAt?.milliseconds)), .init("outcome", outcome.json),
        ])
    }

    private init?(_ json: JSONValue) {
        guard let run = json["run"]?.stringValue, let key = json["key"]?.stringValue.flatMap(Hexadecimal.bytes),
            let prompt = json["prompt_id"]?.stringValue, let label = json["model"]?.stringValue,
            let sample = json["sample"]?.intValue, let worker = json["worker"]?.stringValue,
            let lease = json["lease"]?.intValue, let outcome = json["outcome"].flatMap({ Outcome(json: $0) })
        else { return nil }
        (self.run, self.key, self.prompt, self.label, self.sample) = (run, key, prompt, label, sample)
        (self.worker, self.lease, self.outcome) = (worker, lease, outcome)
        runCreatedAt = json["run_created_at"]?.intValue.map { Date(milliseconds: $0) }
        database = json["database"]?.stringValue
        reservation = Reservation(
            cost: json["reserved_cost"]?.doubleValue, tokens: json["reserved_tokens"]?.intValue ?? 0,
            expected: json["expected_tokens"]?.intValue ?? 0)
        command = json["command"]?.stringValues ?? []
        retryAt = json["retry_at"]?.intValue.map { Date(milliseconds: $0) }
    }
}

extension Outcome {
    fileprivate var json: JSONValue {
        .object(
            [
                .init("status", .string(status.rawValue)), .init("exit_code", .integer(exitCode)),
                .init("failure", failure?.json ?? .null), .init("text", .string(text)),
                .init("earlier", .strings(earlier)),
                .init("stdout", .base64(rawStdout)), .init("stderr", .base64(rawStderr)),
                .init("stderr_tail", .string(stderrTail)), .init("tokens_input", .integer(usage?.input)),
                .init("tokens_output", .integer(usage?.output)),
                // As text, because it may be as deep as a parser allows.
                .init("usage_details", .optional(usage?.details.map(JSONWriter.text))),
                .init("cpu_ms", .integer(resources?.cpuMilliseconds)),
                .init("peak_memory_kb", .integer(resources?.peakMemoryKilobytes)),
                .init("may_be_billed", .bool(mayBeBilled)), .init("started_at", .integer(startedAt.milliseconds)),
                .init("finished_at", .integer(finishedAt.milliseconds)),
            ] + served.members)
    }

    fileprivate init?(json: JSONValue) {
        guard let status = json["status"]?.stringValue.flatMap(Status.init), let text = json["text"]?.stringValue,
            let exitCode = json["exit_code"]?.intValue, let started = json["started_at"]?.intValue,
            let finished = json["finished_at"]?.intValue
        else { return nil }
        (self.status, self.text, self.exitCode) = (status, text, exitCode)
        (startedAt, finishedAt) = (Date(milliseconds: started), Date(milliseconds: finished))
        earlier = json["earlier"]?.stringValues ?? []
        failure = json["failure"].flatMap { Failure(json: $0) }
        (rawStdout, rawStderr) = (json["stdout"]?.base64Bytes, json["stderr"]?.base64Bytes)
        stderrTail = json["stderr_tail"]?.stringValue ?? ""
        served = ServedAnswer(json: json)
        usage = Usage(json: json)
        if let cpu = json["cpu_ms"]?.intValue, let memory = json["peak_memory_kb"]?.intValue {
            resources = Execution.Resources(cpuMilliseconds: cpu, peakMemoryKilobytes: memory)
        }
        mayBeBilled = json["may_be_billed"] == .bool(true)
    }
}

extension Failure {
    fileprivate var json: JSONValue {
        .object([
            .init("kind", .string(kind.rawValue)), .init("message", .string(message)),
            .init("http_status", .integer(httpStatus)), .init("retry_after", .double(retryAfter)),
        ])
    }

    fileprivate init?(json: JSONValue) {
        guard let kind = json["kind"]?.stringValue.flatMap(FailureKind.init), let message = json["message"]?.stringValue
        else { return nil }
        self.init(
            kind: kind, message: message, httpStatus: json["http_status"]?.intValue,
            retryAfter: json["retry_after"]?.doubleValue)
    }
}

extension Usage {
    fileprivate init?(json: JSONValue) {
        self.init(
            input: json["tokens_input"]?.intValue, output: json["tokens_output"]?.intValue,
            details: json["usage_details"]?.stringValue.flatMap { try? JSONParser.parse($0) })
    }

    /// What was recorded; nil where there was no number.
    init?(input: Int?, output: Int?, details: JSONValue?) {
        guard input != nil || output != nil else { return nil }
        (self.input, self.output, self.details) = (input, output, details)
    }
}

extension JSONValue {
    fileprivate static func integer(_ value: Int?) -> JSONValue { value.map { .number(String($0)) } ?? .null }

    fileprivate static func double(_ value: Double?) -> JSONValue {
        value.flatMap { $0.isFinite ? .number(String($0)) : nil } ?? .null
    }

    fileprivate static func base64(_ bytes: [UInt8]?) -> JSONValue {
        .optional(bytes.map { Data($0).base64EncodedString() })
    }

    fileprivate var base64Bytes: [UInt8]? { stringValue.flatMap { Data(base64Encoded: $0) }.map(Array.init) }
}
