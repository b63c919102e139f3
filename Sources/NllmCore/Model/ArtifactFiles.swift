/// Which of a run's artifacts are written.
public enum ArtifactFiles: String, Sendable, CaseIterable {
    /// Everything.
    case all
    /// The manifest and `results.jsonl`, without the files of cells.
    case jsonl
    /// Nothing: the results stay in the database.
    case nothing = "none"
}
