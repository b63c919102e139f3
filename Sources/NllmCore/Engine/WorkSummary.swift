/// How a worker ended.
public struct WorkSummary: Sendable {
    /// The runs that were named or worked on, in their present state.
    public internal(set) var runs: [RunProgress] = []
    /// What those of them that were evaluated have come to.
    package internal(set) var nights: [NightResult] = []
    /// The names of the runs that this worker has evaluated.
    package internal(set) var evaluated: Set<String> = []
    /// Seconds from the start of the worker's first cell of a run to the end of its last, by the run's name; none for a
    /// run of which it started no cell.
    public internal(set) var seconds: [String: Double] = [:]
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
