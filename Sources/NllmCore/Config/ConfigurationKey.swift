/// A setting of the configuration; the raw value is its place in a file.
public enum ConfigurationKey: String, Sendable, CaseIterable {
    case timeout = "defaults.timeout"
    case retries = "defaults.retries"
    case stream = "defaults.stream"
    case outdir = "defaults.outdir"
    /// The name of the concurrency in older files of nllm.
    case parallel = "defaults.parallel"
    case concurrency = "batch.concurrency"
    case executor = "batch.executor"
    case grace = "batch.grace"
    case maxMemory = "batch.max_memory"
    case maxAnswer = "batch.max_answer"
    case samples = "batch.samples"
    case system = "batch.system"
    case raw = "batch.raw"
    case database = "batch.db"
    case prices = "batch.prices"
    case check = "batch.check"
    case requestsPerMinute = "batch.rpm"
    case tokensPerMinute = "batch.tpm"
    case maxWait = "batch.max_wait"
    case maxCost = "batch.max_cost"
    case maxTokensTotal = "batch.max_tokens_total"
    case budgetWindow = "batch.budget_window"
    case failOn = "batch.fail_on"
    case cache = "batch.cache"
    case priority = "batch.priority"
    case isPrivate = "batch.private"
    /// Only the user's own file may contain it.
    case trustedFolders = "batch.trusted_folders"

    /// The sections that hold settings.
    static let sections = ["defaults", "batch"]

    /// The section that contains it.
    var section: String { parts[0] }
    /// Its name in the section.
    var name: String { parts[1] }

    private var parts: [String] { rawValue.split(separator: ".").map(String.init) }

    /// The value if nothing is configured; null for none.
    public var builtIn: JSONValue {
        switch self {
        case .timeout: .integer(600)
        case .retries: .integer(3)
        case .outdir: .string("./nllm-runs")
        case .concurrency: .integer(4)
        case .executor: .string(ExecutorChoice.auto.rawValue)
        case .grace: .integer(10)
        case .maxAnswer: .integer(16)
        case .samples: .integer(1)
        case .raw, .isPrivate: .bool(false)
        case .database: .string("nllm-runs/batch.db")
        case .check: .bool(true)
        case .maxWait: .integer(300)
        case .priority: .integer(0)
        case .stream, .parallel, .maxMemory, .system, .prices, .requestsPerMinute, .tokensPerMinute, .maxCost,
            .maxTokensTotal, .budgetWindow, .failOn, .cache, .trustedFolders:
            .null
        }
    }

    var rule: ConfigurationRule {
        switch self {
        case .timeout: .seconds(SettingLimits.timeout)
        case .retries: .whole(SettingLimits.retries)
        case .parallel, .concurrency: .whole(SettingLimits.concurrency)
        case .executor: .choice(ExecutorChoice.allCases.map(\.rawValue))
        case .grace: .seconds(SettingLimits.grace)
        case .maxMemory: .whole(SettingLimits.maxMemory)
        case .maxAnswer: .whole(SettingLimits.maxAnswer)
        case .samples: .whole(SampleCount.allowed)
        case .stream, .raw, .check, .isPrivate: .flag
        case .system: .text
        case .outdir, .database, .prices: .path
        case .requestsPerMinute: .whole(SettingLimits.amounts(.requests))
        case .tokensPerMinute: .whole(SettingLimits.amounts(.tokens))
        case .maxWait: .duration(SettingLimits.maxWait)
        case .maxCost: .dollars(SettingLimits.maxCost)
        case .maxTokensTotal: .whole(SettingLimits.maxTokensTotal)
        case .budgetWindow: .duration(SettingLimits.budgetWindow)
        case .failOn: .failureKinds
        case .cache: .age(SettingLimits.cache)
        case .priority: .whole(SettingLimits.priority)
        case .trustedFolders: .folders
        }
    }

    /// Whether null is a value of its own, rather than the absence of one.
    var meansNull: Bool { self == .timeout }

    /// A value as it might appear in a file.
    var example: String {
        switch self {
        case .timeout: "120"
        case .retries: "5"
        case .stream: "true"
        case .outdir: "./nllm-runs"
        case .parallel, .concurrency: "8"
        case .executor: "process"
        case .grace: "30"
        case .maxMemory: "2048"
        case .maxAnswer: "64"
        case .samples: "3"
        case .system: "\"You are concise.\""
        case .raw: "true"
        case .database: "nllm-runs/batch.db"
        case .prices: "prices.json"
        case .check: "false"
        case .requestsPerMinute: "500"
        case .tokensPerMinute: "30000"
        case .maxWait: "15m"
        case .maxCost: "5"
        case .maxTokensTotal: "1000000"
        case .budgetWindow: "24h"
        case .failOn: "\"truncated,empty\""
        case .cache: "7d"
        case .priority: "10"
        case .isPrivate: "true"
        case .trustedFolders: "[\"~/projects\"]"
        }
    }

    /// What it does, for people.
    var explanation: String {
        switch self {
        case .timeout: "Seconds that a cell may take; 0 or null for no limit."
        case .retries: "How many times a failed cell is retried."
        case .stream: "Whether answers are shown as they arrive; unset: only for a single prompt."
        case .outdir: "The directory that contains the runs' folders."
        case .parallel: "Number of cells at a time, as older files of nllm have it; `batch.concurrency` overrides it."
        case .concurrency: "Number of cells at a time."
        case .executor: "How llm is run: \(ExecutorChoice.allCases.map(\.rawValue).joined(separator: ", "))."
        case .grace: "Seconds that cells in flight may take to finish after SIGINT or SIGTERM."
        case .maxMemory: "Megabytes of address space per llm process; unset: no limit."
        case .maxAnswer: "Megabytes per answer, reasoning included; a longer answer is cut off and fails."
        case .samples: "How many times each prompt is sent to each model."
        case .system: "System prompt for prompts that have none."
        case .raw: "Whether the raw output of llm is kept beside the results."
        case .database: "The database; $NLLM_BATCH_DB overrides it."
        case .prices: "A price file."
        case .check: "Whether model names are checked before a run."
        case .requestsPerMinute: "Requests per minute to all models together; unset: no limit."
        case .tokensPerMinute: "Tokens per minute of all models together; unset: no limit."
        case .maxWait:
            "Longest time to let a provider ask to wait, or refuse every request; beyond it, its cells are skipped."
        case .maxCost: "US dollars that may be spent; unset: no limit."
        case .maxTokensTotal: "Tokens of prompts and answers that may be spent; unset: no limit."
        case .budgetWindow: "Rolling window for the budget, over the whole database; unset: all spending of the runs."
        case .failOn:
            "Answers that count as failures, of \(FailOnText.kinds.map(\.rawValue).joined(separator: ", ")); unset: none."
        case .cache: "Maximum age of an answer in the database that is reused, or any; unset: every cell is sent."
        case .priority: "Which runs go first, -1000 to 1000; higher is earlier."
        case .isPrivate: "Whether only their owner can read the database and the runs' folders."
        case .trustedFolders:
            "Directories whose .nllm-config.yaml, or one below, may make llm run code or read files; unset: none."
        }
    }
}
