/// The ways to run `llm` that can be asked for.
public enum ExecutorChoice: String, Sendable, CaseIterable {
    /// The fastest that works here.
    case auto
    /// One `llm` process a cell.
    case process
}
