internal import FoundationEssentials

/// A recorded answer in the form in which answers are kept outside the database.
struct RecordedAnswer: Sendable {
    var attemptID: AttemptID
    var cellID: CellID
    var report: RescuedReport
}

extension Store {
    private static let page = 64

    /// The next answers that workers with this mark have recorded, in the order of their attempts.
    func answers(ofWorker mark: String, after attemptID: AttemptID) throws(NllmError) -> [RecordedAnswer] {
        try reading {
            try database.rows(
                """
                SELECT attempts.*, answers.text, answers.earlier, answers.stderr_tail, answers.command, answers.stdout, answers.stderr,
                    runs.name AS run, runs.created_at AS run_created_at,
                    cells.key, cells.sample, prompts.name AS prompt, models.label
                FROM attempts JOIN answers ON answers.attempt_id = attempts.id
                JOIN workers ON workers.id = attempts.worker_id AND workers.mark = ?
                JOIN runs ON runs.id = attempts.run_id JOIN cells ON cells.id = attempts.cell_id
                JOIN prompts ON prompts.id = cells.prompt_id JOIN models ON models.id = cells.model_id
                WHERE attempts.id > ? AND attempts.outcome = 'ok' AND attempts.cached_from IS NULL
                ORDER BY attempts.id LIMIT ?
                """, mark, attemptID, Self.page
            ) { row in
                RecordedAnswer(
                    attemptID: try row.id("id"), cellID: try row.id("cell_id"),
                    report: try RescuedReport(row, database: path, worker: mark))
            }
        }
    }
}

extension RescuedReport {
    /// Reads an answer from a row; no claim holds its lease any more.
    fileprivate init(_ row: any Row, database: String, worker: String) throws {
        run = try row.text("run")
        runCreatedAt = try row.date("run_created_at")
        self.database = database
        key = try row.bytes("key")
        (prompt, label, sample) = (try row.text("prompt"), try row.text("label"), try row.int("sample"))
        self.worker = worker
        lease = 0
        reservation = Reservation(
            cost: try row.optionalDouble("possible_cost"), tokens: try row.optionalInt("possible_tokens") ?? 0,
            expected: 0)
        outcome = try Outcome(row)
        command = try row.json("command").stringValues
    }
}

extension Outcome {
    fileprivate init(_ row: any Row) throws {
        (status, exitCode, text) = (.ok, try row.int("exit_code"), try row.text("text"))
        earlier = try row.optionalJSON("earlier")?.stringValues ?? []
        failure = try row.optionalText("failure_kind").flatMap(FailureKind.init).map {
            Failure(kind: $0, message: try row.text("failure_message"))
        }
        (rawStdout, rawStderr) = (try row.optionalBytes("stdout"), try row.optionalBytes("stderr"))
        stderrTail = try row.text("stderr_tail")
        served = try ServedAnswer(row)
        usage = Usage(
            input: try row.optionalInt("tokens_input"), output: try row.optionalInt("tokens_output"),
            details: try row.optionalJSON("usage_details"))
        if let cpu = try row.optionalInt("cpu_ms"), let memory = try row.optionalInt("peak_memory_kb") {
            resources = Execution.Resources(cpuMilliseconds: cpu, peakMemoryKilobytes: memory)
        }
        mayBeBilled = true
        startedAt = try row.date("started_at")
        finishedAt = try row.date("finished_at")
    }
}
