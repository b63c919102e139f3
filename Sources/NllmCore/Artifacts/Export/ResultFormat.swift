/// How results are written into one file; columns are the usual ones where none are given.
public enum ResultFormat: Sendable, Equatable {
    /// An object per line, as in `results.jsonl`, or with these columns.
    case lines([ResultColumn])
    /// CSV with a row per result.
    case rows([ResultColumn])
    /// CSV with a row per prompt, and the columns of each model.
    case wide([ResultColumn])
    /// The rows of a CSV file as they are, with the columns of each model beside them; the column with the prompts' ids is
    /// `id` if it is nil.
    case joined(file: String, id: String?, [ResultColumn])
    /// Prompts and answers as Markdown.
    case markdown
    /// The lines of OpenAI's batch service: of answers, unless the selection names states or failures.
    case openAIBatch
}

/// What an export has left out.
public struct ExportReport: Sendable {
    /// The number of rows of the file for a join that are not prompts of the run.
    public var unmatchedRows = 0
    /// The number of failed cells that the format has no place for.
    public var failedCells = 0
}
