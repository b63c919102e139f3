extension Connection {
    /// Runs in which answers of a model are looked for.
    private static var runs: Int { 5 }

    /// What the last answers of a model, by `llm`'s name of it, took; nil if there are too few.
    func answerHistory(of model: String) throws -> AnswerHistory? {
        let models: [(run: RunID, model: ModelID)] = try rows(
            """
            SELECT models.run_id, models.id FROM models JOIN counters ON counters.model_id = models.id
            WHERE models.name = ? AND counters.ok > 0 ORDER BY models.id DESC LIMIT ?
            """, model, Self.runs, read: { (try $0.id("run_id"), try $0.id("id")) })
        var answers: [AnswerHistory.Answer] = []
        for model in models where answers.count < AnswerHistory.most {
            answers += try rows(
                """
                SELECT attempts.tokens_input, attempts.tokens_output, \(PromptColumns.requestOfPrompts),
                    coalesce(models.system, runs.system) AS usual_system
                FROM attempts JOIN cells ON cells.id = attempts.cell_id JOIN prompts ON prompts.id = cells.prompt_id
                JOIN models ON models.id = cells.model_id JOIN runs ON runs.id = cells.run_id
                WHERE attempts.run_id = ? AND cells.model_id = ? AND attempts.outcome = 'ok'
                    AND attempts.tokens_output IS NOT NULL
                ORDER BY attempts.id DESC LIMIT ?
                """, model.run, model.model, AnswerHistory.most - answers.count, read: AnswerHistory.Answer.init)
        }
        return AnswerHistory(answers)
    }
}

extension Store {
    /// What cells with these sizes are expected to take, by model, to go by what is in a database, if there is one.
    static func estimates(_ sizes: [RequestSizes], path: String) -> [Estimate] {
        let database = try? SQLiteConnection(path: path, access: .readOnly)
        return (try? database?.snapshot { try database?.estimates(sizes) }) ?? sizes.estimates { _ in nil }
    }
}

extension [RequestSizes] {
    /// What cells with these sizes are expected to take, given what earlier answers of a model took; without models that
    /// have none.
    fileprivate func estimates(history: (String) throws -> AnswerHistory?) rethrows -> [Estimate] {
        try filter { !$0.sums.isEmpty }.map { Estimate($0, history: try history($0.model.variant.name)) }
    }
}

extension Connection {
    /// What cells with these sizes are expected to take, by model; without models that have none.
    func estimates(_ sizes: [RequestSizes]) throws -> [Estimate] {
        try sizes.estimates(history: answerHistory)
    }
}

extension AnswerHistory.Answer {
    fileprivate init(_ row: any Row) throws {
        let model = ModelVariant(
            label: "", name: "", options: [], system: try row.optionalText("usual_system"), arguments: [])
        let request = LLMRequest(
            prompt: try Prompt(id: "", request: row), model: model, common: CommonRequest(directory: ""))
        self.init(
            bytes: request.bytes, input: try row.optionalInt("tokens_input"), output: try row.int("tokens_output"))
    }
}
