/// Columns with the answers of a run: for each model, for each of its samples, for each column of a result.
struct AnswerColumns {
    private let columns: [ResultColumn]
    private let models: [AnsweredModel]

    init(_ columns: [ResultColumn], of models: [AnsweredModel]) {
        self.columns = columns.isEmpty ? ResultColumn.answer : columns
        self.models = models
    }

    /// The names: the model's label, `.2` for its second sample, and the column unless there is only one.
    var names: [JSONValue] {
        models.flatMap { model in
            (1...model.samples).flatMap { sample in
                columns.map { column in
                    .string(
                        RunFolder.name(model: model.label, sample: sample)
                            + (columns.count > 1 ? " \(column.name)" : ""))
                }
            }
        }
    }

    /// The cells of a prompt with these results; those without a result are null.
    func cells(_ results: [ResultRecord]) -> [JSONValue] {
        models.flatMap { model in
            (1...model.samples).flatMap { sample -> [JSONValue] in
                let document = results.first { $0.label == model.label && $0.sample == sample }?.document
                return columns.map { column in document.map(column.value(in:)) ?? .null }
            }
        }
    }
}

/// A row of CSV per prompt, with the answers of all models.
struct WideRenderer: ResultRenderer {
    private let answers: AnswerColumns
    private let writer = DelimitedWriter()
    /// The results of the current prompt.
    private var results: [ResultRecord] = []

    init(_ answers: AnswerColumns) { self.answers = answers }

    var beginning: [UInt8] { writer.row([.string("prompt_id")] + answers.names) }

    mutating func add(_ result: ResultRecord) -> [UInt8] {
        defer { results.append(result) }
        return results.last.map { $0.prompt == result.prompt } ?? true ? [] : end()
    }

    mutating func end() -> [UInt8] {
        guard let prompt = results.first?.prompt else { return [] }
        defer { results = [] }
        return writer.row([.string(prompt)] + answers.cells(results))
    }
}
