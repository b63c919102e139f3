/// What the cells of one model in one run came to, prompt by prompt.
struct ModelAnswers: Sendable {
    /// What the samples of a prompt came to.
    struct Prompt: Sendable {
        /// Its place in the run, from 0.
        let position: Int
        var samples = 0
        /// The samples with a verdict, and those of them that failed.
        var trials = 0
        var failures = 0
        /// What it asks and what it is checked against: equal for equal ones.
        var content: [UInt8] = []
        var gradingID: GradingID?
        /// The name of its cluster; nil if it is one of its own.
        var cluster: String?
    }

    /// A model and configuration that a provider says has answered.
    struct Served: Sendable, Hashable {
        let model: String?
        let fingerprint: String?
    }

    let label: String
    /// By the prompt's id.
    var prompts: [String: Prompt] = [:]
    var cells = 0
    /// The cells without a good answer.
    var errors = 0
    /// The good answers with assertions but without a verdict.
    var noVerdicts = 0
    /// The sum of the scores, and their number.
    var scores = (sum: 0.0, count: 0)
    /// By name, the sum of the scores of assertions with that metric, and their number.
    var metrics: [String: (sum: Double, count: Int)] = [:]
    /// Seconds, of answers that were not reused.
    var durations: [Double] = []
    var tokensInput = 0
    var tokensOutput = 0
    /// US dollars, as far as known, and the number of answers whose cost is not.
    var cost = 0.0
    var unknownCosts = 0
    /// The number of answers by what served them, as far as providers say so.
    var served: [Served: Int] = [:]

    init(label: String) { self.label = label }
}

extension ModelAnswers {
    fileprivate mutating func add(_ row: any Row) throws {
        cells += 1
        let status: CellStatus = try row.value("status")
        let hasGrading = try row.optionalInteger("grading_id") != nil
        let passed = status == .ok ? try row.optionalInt("passed").map { $0 != 0 } : nil
        try addPrompt(row, passed: passed)
        guard status == .ok else {
            errors += 1
            return try addAttempt(row)
        }
        if hasGrading, passed == nil { noVerdicts += 1 }
        if passed != nil, let score = try row.optionalDouble("score") {
            scores = (scores.sum + score, scores.count + 1)
        }
        try addAttempt(row)
        if let verdicts = try row.optionalJSON("metric_verdicts") { add(verdicts) }
    }

    private mutating func addPrompt(_ row: any Row, passed: Bool?) throws {
        let name = try row.text("prompt")
        var prompt = try prompts.removeValue(forKey: name) ?? Prompt(position: row.int("position"))
        prompt.samples += 1
        if let passed {
            prompt.trials += 1
            if !passed { prompt.failures += 1 }
        }
        if prompt.content.isEmpty { prompt.content = try row.bytes("key") }
        prompt.gradingID = try row.optionalID("grading_id")
        prompt.cluster = try row.optionalText("cluster")
        prompts[name] = prompt
    }

    private mutating func addAttempt(_ row: any Row) throws {
        guard let duration = try row.optionalInt("duration_ms"), try !row.bool("is_reused") else { return }
        if try row.text("status") == CellStatus.ok.rawValue { durations.append(Double(duration) / 1000) }
        tokensInput += try row.optionalInt("tokens_input") ?? 0
        tokensOutput += try row.optionalInt("tokens_output") ?? 0
        if let cost = try row.optionalDouble("cost") { self.cost += cost } else { unknownCosts += 1 }
        let served = Served(
            model: try row.optionalText("served_model"), fingerprint: try row.optionalText("served_fingerprint"))
        if served.model != nil || served.fingerprint != nil { self.served[served, default: 0] += 1 }
    }

    /// Adds the scores of assertions with a metric, those within sets included.
    private mutating func add(_ verdicts: JSONValue) {
        guard case .array(let entries) = verdicts else { return }
        for entry in entries {
            if let name = entry["metric"]?.stringValue, let score = entry["score"]?.doubleValue {
                let known = metrics[name] ?? (0, 0)
                metrics[name] = (known.sum + score, known.count + 1)
            }
            if let members = entry["asserts"] { add(members) }
        }
    }
}

extension Store {
    /// What the cells of a run came to, by model, in the order of the models; all in one pass over the run.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - cluster: the key of the prompts' metadata that groups them; nil for no groups.
    /// - Returns: the answers.
    /// - Throws: if the store cannot be read.
    nonisolated func answers(of run: Run, cluster: String? = nil) throws(NllmError) -> [ModelAnswers] {
        try readingAside { database in
            let models = try database.rows(
                "SELECT id, label FROM models WHERE run_id = ? AND live = 1 ORDER BY position", run.id
            ) { (try $0.id("id") as ModelID, ModelAnswers(label: try $0.text("label"))) }
            var answers = Dictionary(uniqueKeysWithValues: models)
            try database.forEachRow(Self.answersSQL, named: [("run", run.id), ("cluster", cluster)]) { row in
                let id: ModelID = try row.id("model_id")
                try answers[id]?.add(row)
            }
            return models.compactMap { answers[$0.0] }
        }
    }

    // The samples of a prompt come one after the other, the first one first. Verdicts are read only where they name a
    // metric.
    private static let answersSQL = """
        SELECT cells.model_id, cells.status, prompts.grading_id, grades.passed, prompts.name AS prompt, prompts.position,
            cells.key, grades.score, attempts.duration_ms,
            attempts.cached_from IS NOT NULL OR prompts.given_answer IS NOT NULL AS is_reused,
            CASE WHEN :cluster IS NOT NULL THEN CAST(prompts.metadata ->> :cluster AS TEXT) END AS cluster,
            attempts.tokens_input, attempts.tokens_output, attempts.cost, attempts.served_model,
            attempts.served_fingerprint,
            CASE WHEN instr(grades.verdicts, '"metric":') > 0 THEN grades.verdicts END AS metric_verdicts
        FROM prompts CROSS JOIN cells ON cells.prompt_id = prompts.id
        LEFT JOIN attempts ON attempts.id = cells.attempt_id
        LEFT JOIN grades ON grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id
        WHERE prompts.run_id = :run AND prompts.live = 1 AND cells.live = 1
        ORDER BY prompts.position
        """

    /// The run before that belongs to the same series, or was read from one of the same sources; nil if there is none.
    package func runBefore(_ run: Run) throws(NllmError) -> Run? {
        let name = try reading { try previousRun(run)?.name }
        return try name.map { name throws(NllmError) in try self.run(name) }
    }
}
