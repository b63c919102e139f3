/// Options for the functions of ``Nllm``; for a nil or empty one, the configuration files apply.
public struct NllmOptions: Sendable {
    /// Models, as `NAME` or `NAME[key=value,…]`; empty for the configured ones, else `llm`'s default model.
    public var models: [String]
    /// Arguments for single models, as `MODEL:ARGUMENT:…`, such as `gpt-4o:-o:temperature:0.2`.
    public var modelOptions: [String] = []
    /// Options for all models, as `KEY=VALUE`.
    public var options: [String] = []
    /// The number of times each prompt is sent to each model; default: 1.
    public var samples: Int?
    /// The system prompt for prompts and models that have none.
    public var system: String?
    /// The run's name; nil for a new run with the time as its name.
    ///
    /// An existing run is updated to match the request, and keeps the answers that still apply.
    public var run: String?
    /// The directory in which the run's folder is created; `~/` is the home directory.
    ///
    /// If it is set neither here nor in a configuration file, ``Nllm/run(sources:arguments:options:)`` and its variants
    /// use a temporary directory that they remove, including the database; the other functions use `nllm-runs`.
    public var outdir: String?
    /// The database; nil for the one in a configuration file or `NLLM_BATCH_DB`.
    ///
    /// If it is not set anywhere, it is `batch.db` in ``outdir`` if that is set, else `nllm-runs/batch.db`.
    public var database: String?
    /// A configuration file that overrides `./.nllm-config.yaml` and `~/.nllm/config.yaml`.
    public var config: String?
    /// Whether `./.nllm-config.yaml` may make `llm` run code and read files.
    ///
    /// Otherwise it may do so only if `batch.trusted_folders` in `~/.nllm/config.yaml` names the working directory.
    public var trustsConfig = false
    /// Seconds a cell may take, 0 for no limit; default: 600.
    public var timeout: Double?
    /// The number of retries of a failed cell; default: 3.
    public var retries: Int?
    /// The number of cells to run at a time; default: 4.
    public var concurrency: Int?
    /// Seconds for cells in flight to finish after the task is cancelled; default: 10.
    public var grace: Double?
    /// Megabytes of address space an `llm` process may use; default: no limit.
    public var maxMemory: Int?
    /// Largest answer in megabytes, reasoning included; default: 16.
    public var maxAnswer: Int?
    /// Whether the raw output of `llm` is kept beside the results; default: no.
    public var raw: Bool?
    /// Whether `llm` must know the models before anything is run; default: yes.
    public var checksModels: Bool?
    /// Limits for all workers of the database; they override configured ones with the same name and kind.
    public var limits: [Limit] = []
    /// The longest Retry-After to honor, in seconds; default: 300.
    ///
    /// If a provider asks for more, the model's remaining cells are skipped.
    public var maxWait: Double?
    /// The most US dollars to spend; default: no limit.
    ///
    /// The functions that enqueue and work in one then reject a model without a known price.
    public var maxCost: Double?
    /// The most tokens of prompts and answers to spend; default: no limit.
    public var maxTokensTotal: Int?
    /// The length in seconds of a rolling window over the whole database for these two; default: all spending of the
    /// runs.
    public var budgetWindow: Double?
    /// Outcomes, out of ``FailOnText/kinds``, that are treated as failures; default: none.
    public var failOn: [FailureKind]?
    /// The maximum age in seconds of answers in the database that are reused, 0 for none; default: none.
    public var cache: Double?
    /// The priority of the run; higher ones run first; default: 0.
    public var priority: Int?
    /// Piped input for a prompt given as arguments; the process's own standard input is not read.
    public var input = ""
    /// Receives each event, including each line of an answer as it arrives; must not block.
    public var observe: (@Sendable (WorkEvent) -> Void)?

    /// Default options for these models.
    public init(models: [String] = []) {
        self.models = models
    }
}

extension NllmOptions {
    /// The configuration from files, the environment and these options.
    func configuration() throws(NllmError) -> Configuration {
        try check()
        var configuration = try Configuration.load(explicit: config, trust: trustsConfig ? .given : .ofNamedFolders)
        configuration.readEnvironment()
        if budgetWindow != nil, maxCost ?? configuration.maxCost == nil,
            maxTokensTotal ?? configuration.maxTokensTotal == nil
        {
            throw .usage("`budgetWindow` limits nothing by itself; set `maxCost` or `maxTokensTotal`")
        }
        if let database {
            configuration.set(.database, to: .string(database), from: .commandLine("database"))
        } else if let outdir, configuration.source(of: .database) == .builtIn {
            configuration.set(.database, to: .string(outdir + "/batch.db"), from: .commandLine("outdir"))
        }
        return configuration
    }

    private func check() throws(NllmError) {
        if let timeout { try Self.check("timeout", timeout, SettingLimits.timeout) }
        if let retries { try Self.check("retries", retries, SettingLimits.retries) }
        if let concurrency { try Self.check("concurrency", concurrency, SettingLimits.concurrency) }
        if let grace { try Self.check("grace", grace, SettingLimits.grace) }
        if let maxMemory { try Self.check("maxMemory", maxMemory, SettingLimits.maxMemory) }
        if let maxAnswer { try Self.check("maxAnswer", maxAnswer, SettingLimits.maxAnswer) }
        try checkLimits()
        for (name, path) in [("outdir", outdir), ("database", database), ("config", config)] where path == "" {
            throw .usage("`\(name)` is empty; name a path, or leave it nil")
        }
    }

    private func checkLimits() throws(NllmError) {
        for limit in limits {
            let range = SettingLimits.amounts(limit.kind)
            try Self.check(
                "limits: \(limit.kind.rawValue) of \(limit.name)", limit.amount,
                Double(range.lowerBound)...Double(range.upperBound))
            guard limit.name.isEmpty || limit.models?.isEmpty ?? (limit.name != Limit.ofAllModels) else { continue }
            throw .usage("`limits`: `\(limit.name)` needs a name and models; only Limit.ofAllModels is without models")
        }
        if let maxWait { try Self.check("maxWait", maxWait, SettingLimits.maxWait) }
        if let maxCost { try Self.check("maxCost", maxCost, SettingLimits.maxCost) }
        if let maxTokensTotal { try Self.check("maxTokensTotal", maxTokensTotal, SettingLimits.maxTokensTotal) }
        if let budgetWindow { try Self.check("budgetWindow", budgetWindow, SettingLimits.budgetWindow) }
        if let cache { try Self.check("cache", cache, SettingLimits.cache) }
        if let priority { try Self.check("priority", priority, SettingLimits.priority) }
        if let flaw = failOn.flatMap({ FailOnText.flaw($0.map(\.rawValue).joined(separator: ",")) }) {
            throw .usage("`failOn` \(flaw)")
        }
    }

    private static func check<Value>(
        _ name: String, _ value: Value, _ allowed: ClosedRange<Value>
    ) throws(NllmError) {
        guard !allowed.contains(value) else { return }
        throw .usage("`\(name)` is \(value) but must be \(allowed.lowerBound) to \(allowed.upperBound)")
    }

    /// The request for prompts from these sources, with further arguments for `llm`.
    func request(
        _ sources: [PromptSource], arguments: [String], configuration: Configuration
    ) -> EnqueueRequest {
        var request = EnqueueRequest(sources: sources, configuration: configuration)
        request.models = models
        request.modelOptions = modelOptions
        request.options = options
        request.samples = samples
        request.system = system
        request.arguments = arguments
        request.target = run.map { .named($0) } ?? .new
        request.settings.outdir = outdir
        request.settings.raw = raw
        request.settings.timeout = timeout
        request.settings.retries = retries
        request.settings.failOn = failOn
        request.settings.cache = cache
        request.settings.priority = priority
        request.checksModels = checksModels
        // In the form of a command line; that of the calling program does not belong in the manifest.
        let divider = arguments.isEmpty || request.direct != nil ? [] : ["--"]
        request.commandLine = ["NllmCore"] + sources.map(\.path) + divider + arguments
        return request
    }

    /// The options of a worker for these runs.
    func workOptions(runs: [String], configuration: Configuration) -> WorkOptions {
        var options = WorkOptions()
        options.runs = runs
        options.concurrency = concurrency ?? configuration.concurrency
        options.grace = grace ?? configuration.grace
        options.maxMemory = maxMemory ?? configuration.maxMemory
        options.maxAnswer = maxAnswer ?? configuration.maxAnswer
        options.streams = observe != nil
        options.limits = configuration.limits(given: limits)
        options.maxWait = maxWait ?? configuration.maxWait
        options.maxCost = maxCost ?? configuration.maxCost
        options.maxTokensTotal = maxTokensTotal ?? configuration.maxTokensTotal
        options.budgetWindow = budgetWindow ?? configuration.budgetWindow
        return options
    }
}
