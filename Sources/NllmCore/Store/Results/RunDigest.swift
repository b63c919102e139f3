/// What is remarkable about the results of a run, each with an example.
package struct RunDigest: Sendable {
    /// Answers of one model that do not pass their assertions.
    package struct Rejected: Sendable {
        /// The model's label.
        package let model: String
        /// The number of answers.
        package let cells: Int
        /// The id of the first prompt with such an answer.
        package let prompt: String
        /// What the first assertion says that did not pass; empty if it says nothing.
        package let reason: String
    }

    /// A result by what it took.
    package struct Extreme: Sendable {
        /// The prompt's id.
        package let prompt: String
        /// The model's label.
        package let model: String
        /// The sample, from 1.
        package let sample: Int
        /// Seconds, or US dollars.
        package let amount: Double
    }

    /// What failed, and what is remarkable about good answers; the most frequent first.
    package let failures: [FailureGroup]
    /// In the order of the models.
    package let rejected: [Rejected]
    /// The results that took longest, the slowest first; without reused ones.
    package let slowest: [Extreme]
    /// The results that cost most, the dearest first.
    package let dearest: [Extreme]
}

extension Store {
    /// What is remarkable about the results of a run.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - count: the most results that are named for what they took.
    /// - Returns: the digest.
    /// - Throws: if the store cannot be read.
    package func digest(of run: Run, extremes count: Int) throws(NllmError) -> RunDigest {
        let failures = try failures(of: run)
        return try reading {
            RunDigest(
                failures: failures, rejected: try database.rejected(of: run.id),
                slowest: try database.extremes(of: run.id, "duration_ms", count: count).map { $0.scaled(by: 0.001) },
                dearest: try database.extremes(of: run.id, "cost", count: count))
        }
    }
}

extension Connection {
    fileprivate func rejected(of run: RunID) throws -> [RunDigest.Rejected] {
        try rows(
            """
            SELECT models.label, prompts.name, grades.verdicts, n
            FROM (SELECT min(cells.id) AS first, count(*) AS n
                FROM prompts CROSS JOIN cells ON cells.prompt_id = prompts.id
                JOIN grades ON grades.id = cells.grade_id AND grades.attempt_id = cells.attempt_id
                WHERE prompts.run_id = ? AND prompts.grading_id IS NOT NULL AND cells.live = 1 AND grades.passed = 0
                GROUP BY cells.model_id) AS rejected
            JOIN cells ON cells.id = rejected.first JOIN models ON models.id = cells.model_id
            JOIN prompts ON prompts.id = cells.prompt_id JOIN grades ON grades.id = cells.grade_id
            ORDER BY models.position
            """, run
        ) { row in
            let grade = ResultRecord.Grade(score: nil, passed: false, verdicts: try row.json("verdicts"))
            return RunDigest.Rejected(
                model: try row.text("label"), cells: try row.int("n"), prompt: try row.text("name"),
                reason: grade.firstReason ?? "")
        }
    }

    /// The results with the largest values in a column of `attempts`.
    fileprivate func extremes(of run: RunID, _ column: String, count: Int) throws -> [RunDigest.Extreme] {
        try rows(
            """
            SELECT prompts.name, models.label, cells.sample, CAST(attempts.\(column) AS REAL) AS amount
            FROM attempts JOIN cells ON cells.id = attempts.cell_id AND cells.attempt_id = attempts.id
            JOIN prompts ON prompts.id = cells.prompt_id JOIN models ON models.id = cells.model_id
            WHERE attempts.run_id = ? AND cells.live = 1 AND attempts.cached_from IS NULL AND attempts.\(column) > 0
                AND prompts.given_answer IS NULL
            ORDER BY attempts.\(column) DESC, attempts.id LIMIT ?
            """, run, count
        ) { row in
            RunDigest.Extreme(
                prompt: try row.text("name"), model: try row.text("label"), sample: try row.int("sample"),
                amount: try row.optionalDouble("amount") ?? 0)
        }
    }
}

extension RunDigest.Extreme {
    fileprivate func scaled(by factor: Double) -> RunDigest.Extreme {
        RunDigest.Extreme(prompt: prompt, model: model, sample: sample, amount: amount * factor)
    }
}
