/// The ways to run `llm` that can be requested.
public enum ExecutorChoice: String, Sendable, CaseIterable {
    /// `process` for a few cells; for more, `fork` if it works here.
    case auto
    /// One `llm` process per cell.
    case process
    /// One fork of a warm Python per cell: like `process`, about thirty times faster.
    case fork
    /// Many cells in one warm Python per core: about two hundred times faster, with the least isolation.
    case shared

    /// The most cells for which a warm Python is not worth its start.
    static let fewCells = 2
}
