// A setting is a row below, its place in `all`, and its value at the end.

extension Setting {
    /// All settings, in the order in which they are shown.
    public static let all: [Setting] = [
        timeout, retries, stream, outdir, parallel, concurrency, executor, grace, maxMemory, maxAnswer, samples,
        system, raw, files, database, resumeWithin, prices, check, requestsPerMinute, tokensPerMinute, maxWait, maxCost,
        maxTokensTotal, budgetWindow, failOn, cache, priority, isPrivate, trustedFolders,
    ]
    /// The sections that hold settings.
    static let sections = ["defaults", "batch"]

    package static let timeout = Setting(
        "defaults.timeout", .duration(DurationText.ages), builtIn: .integer(600), example: "2m",
        explanation: "How long a cell may take; 0 or null for no limit.",
        help: "How long a cell may take; 0 for no limit", meansNull: true)

    package static let retries = Setting(
        "defaults.retries", .whole(0...1000), builtIn: .integer(3), example: "5",
        explanation: "How many times a failed cell is retried.",
        help: "Number of retries of a failed cell")

    package static let stream = Setting(
        "defaults.stream", .flag, example: "true",
        explanation: "Whether answers are shown as they arrive; unset: only for a single prompt.",
        help: "Print each line of an answer as it arrives", byDefault: "for one prompt behind -- only")

    package static let outdir = Setting(
        "defaults.outdir", .path, builtIn: .string("./nllm-runs"), example: "./nllm-runs",
        explanation: "The directory that contains the runs' folders.",
        help: "Directory in which the run's folder is created", byDefault: "nllm-runs")

    /// The name of the concurrency in older files of nllm.
    package static let parallel = Setting(
        "defaults.parallel", .whole(cellsAtATime), example: "8",
        explanation: "Number of cells at a time, as older files of nllm have it; `batch.concurrency` overrides it.")

    package static let concurrency = Setting(
        "batch.concurrency", .whole(cellsAtATime), builtIn: .integer(4), example: "8",
        explanation: "Number of cells at a time.",
        help: "Number of cells to run at a time")

    package static let executor = Setting(
        "batch.executor", .choice(ExecutorChoice.allCases.map(\.rawValue)),
        builtIn: .string(ExecutorChoice.auto.rawValue), example: "process",
        explanation: "How llm is run: \(ExecutorChoice.allCases.map(\.rawValue).joined(separator: ", ")).",
        help: "How llm is run: process, fork, shared, or auto, which is the fastest with the isolation of a process")

    package static let grace = Setting(
        "batch.grace", .duration(0...30 * day), builtIn: .integer(10), example: "30",
        explanation: "How long cells in flight may take to finish after SIGINT or SIGTERM.",
        help: "How long cells in flight may take to finish after SIGINT, SIGTERM or SIGHUP")

    package static let maxMemory = Setting(
        "batch.max_memory", .whole(16...1_000_000, of: "megabytes"), example: "2048",
        explanation: "Megabytes of address space per llm process; unset: no limit.",
        help: "Megabytes of address space an llm process may use", byDefault: "no limit")

    /// A larger answer cannot be stored in one row.
    package static let maxAnswer = Setting(
        "batch.max_answer", .whole(1...256, of: "megabytes"), builtIn: .integer(16), example: "64",
        explanation: "Megabytes per answer, reasoning included; a longer answer is cut off and fails.",
        help: "Largest answer in megabytes, reasoning included; a longer one is cut off")

    package static let samples = Setting(
        "batch.samples", .whole(1...10_000), builtIn: .integer(1), example: "3",
        explanation: "How many times each prompt is sent to each model.",
        help: "Number of times each prompt is sent to each model")

    package static let system = Setting(
        "batch.system", .text, example: "\"You are concise.\"",
        explanation: "System prompt for prompts that have none.",
        help: "System prompt for prompts and models that have none")

    package static let raw = Setting(
        "batch.raw", .flag, builtIn: .bool(false), example: "true",
        explanation: "Whether the raw output of llm is kept beside the results.",
        help: "Also keep the raw output of llm")

    package static let files = Setting(
        "batch.files", .choice(ArtifactFiles.allCases.map(\.rawValue)), builtIn: .string(ArtifactFiles.all.rawValue),
        example: "jsonl",
        explanation: "Which artifacts are written: all, jsonl (without a file per cell), or none.",
        help: "Which artifacts are written: all, jsonl (without a file per cell), or none")

    package static let database = Setting(
        "batch.db", .path, builtIn: .string("nllm-runs/batch.db"), example: "nllm-runs/batch.db",
        explanation: "The database; $NLLM_BATCH_DB overrides it.",
        help: "Database file", byDefault: "$NLLM_BATCH_DB, else the configured one, else nllm-runs/batch.db")

    package static let resumeWithin = Setting(
        "batch.resume_within", .duration(0...365 * day), builtIn: .integer(72_000), example: "20h",
        explanation: "How old an unfinished run may be for `run` to continue it.")

    package static let prices = Setting(
        "batch.prices", .path, example: "prices.json",
        explanation: "A price file.")

    package static let check = Setting(
        "batch.check", .flag, builtIn: .bool(true), example: "false",
        explanation: "Whether model names are checked before a run.",
        help: "Do not check whether llm knows the models")

    package static let requestsPerMinute = Setting(
        "batch.rpm", .whole(1...1_000_000), example: "500",
        explanation: "Requests per minute to all models together; unset: no limit.",
        help: "Requests per minute, for all models together or for one model or configured group; repeatable")

    package static let tokensPerMinute = Setting(
        "batch.tpm", .whole(1...1_000_000_000), example: "30000",
        explanation: "Tokens per minute of all models together; unset: no limit.",
        help: "Tokens per minute, for all models together or for one model or configured group; repeatable")

    package static let maxWait = Setting(
        "batch.max_wait", .duration(0...30 * day), builtIn: .integer(300), example: "15m",
        explanation:
            "Longest time to let a provider ask to wait, or refuse every request; beyond it, its cells are skipped.",
        help:
            "Longest Retry-After to honor, and longest time to let a provider refuse every request; beyond it, skip "
            + "the model's remaining cells")

    /// With 0, only what is free is sent.
    package static let maxCost = Setting(
        "batch.max_cost", .dollars(0...1e9), example: "5",
        explanation: "US dollars that may be spent; unset: no limit.",
        help: "Most US dollars to spend", byDefault: "no limit")

    package static let maxTokensTotal = Setting(
        "batch.max_tokens_total", .whole(1...1_000_000_000_000), example: "1000000",
        explanation: "Tokens of prompts and answers that may be spent; unset: no limit.",
        help: "Most tokens of prompts and answers to spend", byDefault: "no limit")

    /// Spending is kept by the minute.
    package static let budgetWindow = Setting(
        "batch.budget_window", .duration(60...365 * day), example: "24h",
        explanation: "Rolling window for the budget, over the whole database; unset: all spending of the runs.",
        help: "Apply the budget to a rolling window over the whole database, e.g. 24h",
        byDefault: "to the runs themselves")

    package static let failOn = Setting(
        "batch.fail_on", .failureKinds, example: "\"truncated,empty\"",
        explanation: "Answers that count as failures, of \(kindsToFailOn); unset: none.",
        help:
            "Treat these outcomes as failures, any of \(kindsToFailOn), separated by commas; repeatable; an empty "
            + "value for none",
        byDefault: "none")

    /// With 0, no answer is reused.
    package static let cache = Setting(
        "batch.cache", .age(DurationText.ages), example: "7d",
        explanation: "Maximum age of an answer in the database that is reused, or any; unset: every cell is sent.",
        help:
            "Reuse answers already in this database: any, or those no older than an age such as 24h or 7d; 0 for "
            + "none",
        byDefault: "none")

    package static let priority = Setting(
        "batch.priority", .whole(priorities), builtIn: .integer(0), example: "10",
        explanation: "Which runs go first, \(RangeText.words(priorities)); higher is earlier.",
        help: "Priority of the run, \(RangeText.words(priorities)); higher ones run first")

    package static let isPrivate = Setting(
        "batch.private", .flag, builtIn: .bool(false), example: "true",
        explanation: "Whether only their owner can read the database and the runs' folders.",
        help: "Make the database, the run's folder and all other files private (0600, folders 0700)")

    /// Only the user's own file may contain it.
    package static let trustedFolders = Setting(
        "batch.trusted_folders", .folders, example: "[\"~/projects\"]",
        explanation:
            "Directories whose .nllm-config.yaml, or one below, may make llm run code or read files; unset: none.")

    private static let cellsAtATime = 1...1024
    private static let priorities = -1000...1000
    private static let day = 86_400.0
    private static let kindsToFailOn = FailOnText.kinds.map(\.rawValue).joined(separator: ", ")
}

// MARK: - Values

extension Configuration {
    /// Seconds a cell may take; 0 for as long as it takes.
    public var timeout: Double { duration(.timeout) ?? 0 }
    /// How often a failed cell is tried again.
    public var retries: Int { integer(.retries) }
    /// Whether answers are shown as they arrive; nil where that depends on what is run.
    public var stream: Bool? { optionalFlag(.stream) }
    /// The folder for the runs' folders.
    public var outdir: String { path(.outdir) ?? "." }
    /// Cells at a time.
    public var concurrency: Int { integer(.concurrency) }
    /// How `llm` is run.
    public var executor: ExecutorChoice {
        value(of: .executor).stringValue.flatMap(ExecutorChoice.init) ?? .auto
    }
    /// Seconds that cells in flight are given to end after a request to stop.
    public var grace: Double { duration(.grace) ?? 0 }
    /// Megabytes of address space an `llm` process may use; nil for no limit.
    public var maxMemory: Int? { value(of: .maxMemory).intValue }
    /// Megabytes that one answer may have.
    public var maxAnswer: Int { integer(.maxAnswer) }
    /// How often each prompt is sent to each model.
    public var samples: Int { integer(.samples) }
    /// The system prompt of prompts that have none.
    public var system: String? { value(of: .system).stringValue.flatMap { $0.isEmpty ? nil : $0 } }
    /// Whether the raw output of `llm` is kept.
    public var raw: Bool { optionalFlag(.raw) ?? false }
    /// Which artifacts are written.
    public var artifacts: ArtifactFiles { value(of: .files).stringValue.flatMap(ArtifactFiles.init) ?? .all }
    /// The database's path.
    public var database: String { path(.database) ?? "" }
    /// Seconds that an unfinished run may be old to be continued in place of a new one.
    public var resumeWithin: Double { duration(.resumeWithin) ?? 0 }
    /// The path of a file of prices.
    public var prices: String? { path(.prices) }
    /// Whether model names are checked before a run.
    public var checksModels: Bool { optionalFlag(.check) ?? true }
    /// Seconds that a worker waits for a provider which asks to wait.
    public var maxWait: Double { duration(.maxWait) ?? 0 }
    /// US dollars that may be spent; nil for no limit.
    public var maxCost: Double? { value(of: .maxCost).doubleValue }
    /// Tokens that may be spent; nil for no limit.
    public var maxTokensTotal: Int? { value(of: .maxTokensTotal).intValue }
    /// Seconds whose spending counts; nil: all spending of the runs.
    public var budgetWindow: Double? { duration(.budgetWindow) }
    /// Kinds of answers that count as failures.
    public var failOn: [FailureKind] { value(of: .failOn).stringValue.map(FailOnText.kinds(in:)) ?? [] }
    /// Seconds that an answer may be old to be taken in place of a request; nil: none is.
    public var cache: Double? { duration(.cache) }
    /// Which runs go first; the higher, the earlier.
    public var priority: Int { integer(.priority) }
    /// Whether what is made is for its owner alone.
    public var isPrivate: Bool { optionalFlag(.isPrivate) ?? false }
    /// Folders whose own configuration files may run code and read files, as the user's file has them.
    var trustedFolders: [String] { value(of: .trustedFolders).stringValues }
}
