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
    /// Whether each line of output is reported as it arrives.
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

    /// Which artifacts are written.
    public var files = ArtifactFiles.all

    /// The usual options.
    public init() {}

    var budget: Budget { Budget(maxCost: maxCost, maxTokens: maxTokensTotal, window: budgetWindow) }
}
