/// What one worker process does.
public struct WorkOptions: Sendable {
    /// Names of the runs to work on; all when empty.
    public var runs: [String] = []
    /// A timeout, retries, failures and a cache in place of those of the runs.
    public var overrides = RunSettings.Given()
    /// The path of another database whose answers are reused; nil for none.
    public var cacheFrom: String?
    /// Whether the worker waits for new runs until it is asked to stop.
    public var follows = false
    /// Whether each line of output is reported as it arrives.
    public var streams = false
    /// Whether the answer of a run of one cell is then reported in pieces, not in lines.
    public var streamsPieces = false
    /// Whether programs that assertions and suites name are run.
    public var allowsCommands = false
    /// Cells at a time.
    public var concurrency: Int
    /// How `llm` is run.
    public var executor: ExecutorChoice
    /// Seconds that cells in flight are given to end after a request to stop.
    public var grace: Double
    /// Megabytes of address space an `llm` process may use.
    public var maxMemory: Int?
    /// Megabytes that one answer may have, on both channels together.
    public var maxAnswer: Int
    /// Limits that hold for all workers of the database while this one works.
    public var limits: [Limit]
    /// Seconds that it waits for a provider which asks to wait, or refuses everything; after that the model's cells are
    /// left undone.
    public var maxWait: Double
    /// US dollars that may be spent; nil for no limit.
    public var maxCost: Double?
    /// Tokens of prompts and answers that may be spent; nil for no limit.
    public var maxTokensTotal: Int?
    /// Seconds whose spending in the whole database counts; nil: all spending of the runs that are worked on.
    public var budgetWindow: Double?

    /// Options as a user gave them; for what is nil, the configuration applies.
    public struct Given: Sendable {
        /// The number of cells to run at a time; default: 4.
        public var concurrency: Int?
        /// How `llm` is run; default: the fastest way with the isolation of a process.
        public var executor: ExecutorChoice?
        /// Seconds for cells in flight to finish after a request to stop; default: 10.
        public var grace: Double?
        /// Megabytes of address space an `llm` process may use; default: no limit.
        public var maxMemory: Int?
        /// Largest answer in megabytes, reasoning included; default: 16.
        public var maxAnswer: Int?
        /// Limits for all workers of the database; they override configured ones with the same name and kind.
        public var limits: [Limit] = []
        /// The longest Retry-After to honor, in seconds; default: 300.
        ///
        /// If a provider asks for more, the model's remaining cells are skipped.
        public var maxWait: Double?
        /// The most US dollars to spend; default: no limit.
        ///
        /// What enqueues and works in one then rejects a model without a known price.
        public var maxCost: Double?
        /// The most tokens of prompts and answers to spend; default: no limit.
        public var maxTokensTotal: Int?
        /// The length in seconds of a rolling window over the whole database for these two; default: all spending of
        /// the runs.
        public var budgetWindow: Double?

        /// Nothing given.
        public init() {}

        /// The numbers among them, apart from limits.
        package var numbers: [GivenNumber] {
            let numbers: [GivenNumber?] = [
                .init(.concurrency, concurrency), .init(.grace, grace), .init(.maxMemory, maxMemory),
                .init(.maxAnswer, maxAnswer), .init(.maxWait, maxWait), .init(.maxCost, maxCost),
                .init(.maxTokensTotal, maxTokensTotal), .init(.budgetWindow, budgetWindow),
            ]
            return numbers.compactMap { $0 }
        }
    }

    /// The given options over the configured ones.
    public init(_ given: Given = Given(), _ configuration: Configuration = Configuration()) {
        concurrency = given.concurrency ?? configuration.concurrency
        executor = given.executor ?? configuration.executor
        grace = given.grace ?? configuration.grace
        maxMemory = given.maxMemory ?? configuration.maxMemory
        maxAnswer = given.maxAnswer ?? configuration.maxAnswer
        limits = configuration.limits(given: given.limits)
        maxWait = given.maxWait ?? configuration.maxWait
        maxCost = given.maxCost ?? configuration.maxCost
        maxTokensTotal = given.maxTokensTotal ?? configuration.maxTokensTotal
        budgetWindow = given.budgetWindow ?? configuration.budgetWindow
    }

    var budget: Budget { Budget(maxCost: maxCost, maxTokens: maxTokensTotal, window: budgetWindow) }
    /// Whether there is a budget for a window to apply to.
    package var hasBudget: Bool { !budget.isEmpty }
}
