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

extension WorkSummary {
    /// What a worker that has ended leaves.
    init(_ outlook: Outlook, _ intake: RunIntake, _ runner: CellRunner) async throws(NllmError) {
        left = outlook.stuck
        runs = try await intake.progress()
        nights = try await intake.nights(of: runs)
        evaluated = Set(runs.filter { intake.evaluated.contains($0.run.id) }.map(\.run.name))
        seconds = runner.seconds(in: runs.map(\.run))
        isInterrupted = runner.isStopping
        interruptedCells = runner.interrupted
        problems = intake.problems
        onlyPausedLeft = outlook.cells == 0 && outlook.stuck.isEmpty && outlook.paused > 0
    }
}
