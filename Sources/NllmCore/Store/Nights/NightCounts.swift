/// What is counted in the cells of one model of a run.
struct NightCounts: Sendable {
    /// The model's label.
    var label: String
    var cells = 0
    /// Cells that ended in an error or have no outcome.
    var errors = 0
    var passed = 0
    var failed = 0
    /// Answers without a verdict although they were to be checked.
    var noVerdicts = 0
    /// The sum of the scores of answers with a verdict.
    var scores = 0.0
    /// US dollars.
    var cost = 0.0
    /// Cells whose cost is not known.
    var unknownCosts = 0
    /// Tokens; nil if none are known.
    var tokensIn: Int?
    var tokensOut: Int?
    /// Seconds of each answer that a model was asked for.
    var durations: [Double] = []
    /// Whether each prompt has one sample.
    var hasSingleSamples = true
}

extension NightCounts {
    fileprivate init(_ row: any Row) throws {
        self.init(
            label: try row.text("label"), cells: try row.int("cells"), errors: try row.int("errors"),
            passed: try row.int("passed"), failed: try row.int("failed"), noVerdicts: try row.int("no_verdicts"),
            scores: try row.double("scores"), cost: try row.double("cost"), unknownCosts: try row.int("unknown_costs"),
            tokensIn: try row.optionalInt("tokens_in"), tokensOut: try row.optionalInt("tokens_out"),
            hasSingleSamples: try row.int("samples") <= 1)
    }
}

extension Store {
    /// The counts of a run, by model.
    nonisolated func nightCounts(of run: RunID) throws(NllmError) -> [NightCounts] {
        try readingAside { database in
            var counts = try database.rows(Self.countsSQL, run, read: NightCounts.init)
            for index in counts.indices {
                counts[index].durations = try database.rows(Self.durationsSQL, run, counts[index].label) {
                    Double(try $0.int("duration_ms")) / 1000
                }
            }
            return counts
        }
    }

    private static let countsSQL = """
        SELECT models.label, count(*) AS cells, sum(cells.status <> 'ok') AS errors, max(cells.sample) AS samples,
            ifnull(sum(cells.status = 'ok' AND grades.passed = 1), 0) AS passed,
            ifnull(sum(cells.status = 'ok' AND grades.passed = 0), 0) AS failed,
            ifnull(sum(cells.status = 'ok' AND prompts.grading_id IS NOT NULL AND grades.passed IS NULL), 0)
                AS no_verdicts,
            total(CASE WHEN cells.status = 'ok' AND grades.passed IS NOT NULL THEN grades.score END) AS scores,
            total(attempts.cost) AS cost, ifnull(sum(cells.status = 'ok' AND attempts.cost IS NULL), 0) AS unknown_costs,
            sum(attempts.tokens_input) AS tokens_in, sum(attempts.tokens_output) AS tokens_out
        FROM cells JOIN models ON models.id = cells.model_id JOIN prompts ON prompts.id = cells.prompt_id
        LEFT JOIN attempts ON attempts.id = cells.attempt_id
        LEFT JOIN grades ON grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id
        WHERE cells.run_id = ? AND cells.live = 1 GROUP BY models.id ORDER BY models.position
        """

    private static let durationsSQL = """
        SELECT attempts.duration_ms FROM cells JOIN models ON models.id = cells.model_id
        JOIN prompts ON prompts.id = cells.prompt_id JOIN attempts ON attempts.id = cells.attempt_id
        WHERE cells.run_id = ? AND models.label = ? AND cells.live = 1 AND cells.status = 'ok'
            AND attempts.cached_from IS NULL AND prompts.given_answer IS NULL
        """

    /// The mean score of each metric of a run's assertions, those in sets included; nil where none has a score.
    nonisolated func metrics(of run: RunID) throws(NllmError) -> [String: Double?] {
        try readingAside { database in
            let areThere = try database.hasRow(
                """
                SELECT 1 FROM gradings WHERE instr(content, '"metric"') > 0
                    AND id IN (SELECT grading_id FROM prompts WHERE run_id = ? AND live = 1) LIMIT 1
                """, run)
            guard areThere else { return [:] }
            let rows = try database.rows(
                """
                SELECT found.value ->> 'metric' AS metric, avg(found.value ->> 'score') AS mean
                FROM cells JOIN grades ON grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id,
                    json_tree(grades.verdicts) AS found
                WHERE cells.run_id = ? AND cells.live = 1 AND found.type = 'object'
                    AND found.value ->> 'metric' IS NOT NULL
                GROUP BY metric
                """, run
            ) { (try $0.text("metric"), try $0.optionalDouble("mean")) }
            return Dictionary(rows) { _, last in last }
        }
    }

    /// What the providers say they served in a run, by the model's label; what says nothing is missing.
    nonisolated func served(of run: RunID) throws(NllmError) -> [(
        label: String, model: String?, fingerprint: String?, cells: Int
    )] {
        try readingAside { database in
            try database.rows(
                """
                SELECT models.label, served_model, served_fingerprint, count(*) AS cells
                FROM cells JOIN models ON models.id = cells.model_id JOIN attempts ON attempts.id = cells.attempt_id
                WHERE cells.run_id = ? AND cells.live = 1 AND ifnull(served_model, served_fingerprint) IS NOT NULL
                GROUP BY models.id, served_model, served_fingerprint ORDER BY models.position, cells DESC
                """, run
            ) { row in
                (
                    label: try row.text("label"), model: try row.optionalText("served_model"),
                    fingerprint: try row.optionalText("served_fingerprint"), cells: try row.int("cells")
                )
            }
        }
    }

    /// What a companion of a run has asked for; nil if it has none.
    nonisolated func requests(of run: RunID, _ purpose: CompanionPurpose) throws(NllmError) -> (
        cells: Int, cost: Double
    )? {
        try readingAside { database in
            try database.row(
                """
                SELECT (SELECT count(*) FROM cells WHERE run_id = runs.id) AS cells,
                    (SELECT total(cost) FROM counters WHERE run_id = runs.id) AS cost
                FROM runs WHERE parent_id = ? AND purpose = ?
                """, run, purpose.rawValue
            ) { (cells: try $0.int("cells"), cost: try $0.double("cost")) }
        }
    }

    /// The results of a run whose answers failed, at most so many: those of the preferred prompts, then others in order.
    nonisolated func failedResults(
        of run: RunID, preferring prompts: [String], limit: Int
    ) throws(NllmError) -> [ResultRecord] {
        try readingAside { database in
            try database.rows(
                """
                \(ResultRecord.sql) WHERE cells.run_id = ? AND cells.live = 1 AND cells.status = 'ok'
                    AND grades.passed = 0
                GROUP BY prompts.id, models.id
                ORDER BY prompts.name NOT IN (SELECT value FROM json_each(?)), prompts.position, models.position LIMIT ?
                """, run, JSONValue.strings(Array(prompts.prefix(limit))), limit, read: ResultRecord.init)
        }
    }
}

extension Store {
    /// The cells of a run that have no result, in the order of the results.
    nonisolated func cellsWithoutResult(
        of run: RunID
    ) throws(NllmError) -> [(prompt: String, label: String, sample: Int, status: CellStatus)] {
        try readingAside { database in
            try database.rows(
                """
                SELECT prompts.name, models.label, cells.sample, cells.status
                FROM cells JOIN prompts ON prompts.id = cells.prompt_id JOIN models ON models.id = cells.model_id
                WHERE cells.run_id = ? AND cells.live = 1 AND cells.attempt_id IS NULL
                ORDER BY prompts.position, models.position, cells.sample
                """, run
            ) { row in
                (
                    prompt: try row.text("name"), label: try row.text("label"), sample: try row.int("sample"),
                    status: try row.value("status")
                )
            }
        }
    }
}
