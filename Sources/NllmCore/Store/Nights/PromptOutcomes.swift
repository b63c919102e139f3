/// What the samples of one prompt came to for one model of a run.
struct PromptOutcome: Sendable {
    var runID: RunID
    var promptID: PromptID
    var modelID: ModelID
    /// The prompt's id.
    var id: String
    /// The model's label.
    var label: String
    /// The key of the first sample: by everything that is sent.
    var key: RequestDigest
    /// What its answers are checked against.
    var grading: GradingID
    /// The text under a key of its metadata; nil if it has none.
    var cluster: String?
    /// Whether the prompt brought its answer, so that nobody can be asked again.
    var isGiven: Bool
    /// The number of samples.
    var samples: Int
    /// Those with a verdict.
    var trials: Int
    /// Those that failed.
    var failures: Int
}

extension Store {
    /// Calls `body` with what each prompt that has assertions came to, in the order of the prompts and models.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - cluster: the key of the metadata that is read.
    ///   - body: takes the outcomes.
    /// - Throws: if the store cannot be read.
    nonisolated func forEachOutcome(
        of run: RunID, cluster: String?, _ body: (PromptOutcome) throws -> Void
    ) throws(NllmError) {
        try readingAside { database in
            // One text for all outcomes of a model.
            var labels: [ModelID: String] = [:]
            try database.forEachRow(Self.outcomesSQL, named: [("run", run), ("cluster", cluster)]) { row in
                // A cell whose first sample was taken out of the run has no key.
                guard let key = try row.optionalBytes("first_key") else { return }
                let modelID: ModelID = try row.id("model_id")
                let label = try labels[modelID] ?? row.text("label")
                labels[modelID] = label
                try body(
                    PromptOutcome(
                        runID: run, promptID: try row.id("prompt_id"), modelID: modelID, id: try row.text("name"),
                        label: label, key: RequestDigest(key),
                        grading: try row.id("grading_id"), cluster: try row.optionalText("cluster"),
                        isGiven: try row.bool("is_given"), samples: try row.int("samples"),
                        trials: try row.int("trials"), failures: try row.int("failures")))
            }
        }
    }

    private static let outcomesSQL = """
        SELECT prompts.id AS prompt_id, prompts.given_answer IS NOT NULL AS is_given, models.id AS model_id, prompts.name, prompts.grading_id, models.label,
            CASE WHEN :cluster IS NOT NULL THEN CAST(prompts.metadata ->> :cluster AS TEXT) END AS cluster,
            max(CASE WHEN cells.sample = 1 THEN cells.key END) AS first_key, count(*) AS samples,
            count(grades.passed) AS trials, ifnull(sum(grades.passed = 0), 0) AS failures
        FROM prompts CROSS JOIN cells ON cells.prompt_id = prompts.id CROSS JOIN models ON models.id = cells.model_id
        LEFT JOIN grades ON grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id
        WHERE prompts.run_id = :run AND prompts.live = 1 AND prompts.grading_id IS NOT NULL AND cells.live = 1
        GROUP BY prompts.id, cells.model_id ORDER BY prompts.position, models.position
        """
}
