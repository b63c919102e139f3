/// What one worker process does.
public struct WorkOptions: Sendable {
    /// Names of the runs to work on; all when empty.
    public var runs: [String] = []
    /// Cells at a time.
    public var concurrency = 4
    /// Seconds a cell may take, in place of the run's; 0 for as long as it takes.
    public var timeout: Double?
    /// How often a failed cell is tried again, in place of the run's.
    public var retries: Int?
    /// How `llm` is run.
    public var executor = ExecutorChoice.auto
    /// Megabytes of address space an `llm` process may use.
    public var maxMemory: Int?
    /// Megabytes that one answer may have, on both channels together.
    public var maxAnswer = SettingLimits.usualMaxAnswer
    /// Seconds that cells in flight are given to end after a request to stop.
    public var grace = 10.0
    /// Whether each line of output is told of as it arrives.
    public var streams = false
    /// Limits that hold for all workers of the database while this one works.
    public var limits: [Limit] = []
    /// Seconds that it waits for a provider which asks to wait, or refuses everything; after that the model's cells are
    /// left undone.
    public var maxWait = SettingLimits.usualMaxWait
    /// US dollars that may be spent; nil for no limit.
    public var maxCost: Double?
    /// Tokens of prompts and answers that may be spent; nil for no limit.
    public var maxTokensTotal: Int?
    /// Seconds whose spending in the whole database counts; nil: all spending of the runs that are worked on.
    public var budgetWindow: Double?
    /// Kinds of answers that count as failures, in place of the run's.
    public var failOn: Set<FailureKind>?
    /// Seconds that an answer of the database may be old to be taken in place of a request, in place of the run's.
    public var cache: Double?

    /// The usual options.
    public init() {}

    var budget: Budget { Budget(maxCost: maxCost, maxTokens: maxTokensTotal, window: budgetWindow) }
}

/// Something a worker did, for whoever watches.
public enum WorkEvent: Sendable {
    /// An attempt ended; with the kind and message of its failure, and the seconds until the next try.
    case attempt(model: String, prompt: String, sample: Int, status: String, failure: String?, retryIn: Double?)
    /// A line that `llm` has written for a cell, without its end; the prompt is nil in a run of one prompt.
    case line(model: String, prompt: String?, sample: Int, channel: OutputChannel, text: String)
    /// Cells are run in this way from now on.
    case executor(ExecutorReport)
    /// So many cells of a run took answers that were there already.
    case cached(run: String, cells: Int)
    /// No more cells of a model are started, because it can't be used.
    case modelPaused(model: String, ModelPause)
    /// Cells of a model that was paused are started again.
    case modelRecovered(model: String)
    /// A model's provider asked to wait.
    case modelHeld(model: String, Wait)
    /// The cells of a dead worker were put back.
    case takenOver(pid: Int, cells: Int)
    /// A request to stop was heard; so many cells are in flight.
    case stopping(inFlight: Int)
    /// Something can't be written for now; it is tried again until it can.
    case storageWait(StorageWait, because: String)
    /// It can be written again.
    case storageBack
    /// So many answers that an earlier worker could not record are recorded now.
    case takenIn(answers: Int)
    /// A file keeps so many answers that are not of this database, the first one of that run.
    case notTakenIn(answers: Int, run: String?, file: String)
}

/// What waits until something can be written.
public enum StorageWait: Sendable, Equatable {
    /// So many answers wait to be recorded; of these, so many are in memory alone.
    case answers(Int, unkept: Int)
    /// No cell is started.
    case cells
    /// Results are recorded but do not stand in their run's folder.
    case results
}

/// How a worker ended.
public struct WorkSummary: Sendable {
    /// The runs that were named or worked on, as they stand now.
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

/// Asks a worker to stop.
public final class Shutdown: Sendable {
    let signal = StopSignal()

    /// A request that has not been made yet.
    public init() {}

    /// Stops claiming; cells in flight are given the grace period.
    public func request() { signal.stop() }
}
