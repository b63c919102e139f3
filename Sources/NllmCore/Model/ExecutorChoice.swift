/// The ways to run `llm` that can be asked for.
public enum ExecutorChoice: String, Sendable, CaseIterable {
    /// The fastest that works here.
    case auto
    /// One `llm` process a cell.
    case process
    /// A fork of a warm Python a cell: as `process`, some thirty times faster.
    case fork
    /// Many cells in a warm Python a core: some two hundred times faster, the least isolation.
    case shared
}
