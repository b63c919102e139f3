/// How a worker ended.
public struct WorkSummary: Sendable {
    /// The runs that were named or worked on, in their present state.
    public internal(set) var runs: [RunProgress] = []
    /// Whether the worker was asked to stop before it was done.
    public internal(set) var isInterrupted = false
    /// Cells that were in flight and went back to pending.
    public internal(set) var interruptedCells = 0
    /// Why some runs could not be worked on.
    public internal(set) var problems: [NllmError] = []
    /// What was left undone, and why.
    public internal(set) var left: [CellsLeft] = []
    /// Whether nothing was done because only paused runs are left.
    public internal(set) var onlyPausedLeft = false
}
