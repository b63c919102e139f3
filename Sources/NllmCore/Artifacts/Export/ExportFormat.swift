/// What an export of a run writes.
public enum ExportFormat: String, CaseIterable, Sendable {
    /// The run's folder.
    case dir
    /// The results as in `results.jsonl`, one per line.
    case jsonl
    /// The run as one page for browsers.
    case html
}
