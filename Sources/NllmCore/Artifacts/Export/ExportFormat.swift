/// What an export of a run writes.
public enum ExportFormat: String, CaseIterable, Sendable {
    /// The run's folder.
    case dir
    /// The results as in `results.jsonl`, one per line.
    case jsonl
    /// A table for spreadsheets.
    case csv
    /// A document for people.
    case markdown
    /// The run as one page for browsers.
    case html
    /// What OpenAI's batch service would have returned.
    case openAIBatch = "openai-batch"
}
