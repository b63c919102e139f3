/// What the functions of ``Nllm`` do; what is nil or empty comes from the configuration files.
public struct NllmOptions: Sendable {
    /// Models, as `NAME` or `NAME[key=value,…]`; empty for the configured ones, else `llm`'s default model.
    public var models: [String]
    /// Arguments of single models, as `MODEL:ARGUMENT:…`, such as `gpt-4o:-o:temperature:0.2`.
    public var modelOptions: [String] = []
    /// Options of all models, as `KEY=VALUE`.
    public var options: [String] = []
    /// How often each prompt is sent to each model; 1 if nobody says.
    public var samples: Int?
    /// The system prompt of prompts and models that have none.
    public var system: String?
    /// The run's name; nil for a new run that is named by the time.
    ///
    /// An existing run is brought in line with what is asked, and keeps the answers that still fit.
    public var run: String?
    /// The folder for the run's folder; `~/` is the home directory.
    ///
    /// Without one, here or in a configuration file, ``Nllm/run(sources:arguments:options:)`` and its like work in a
    /// temporary folder that they remove, database included; the other functions use `nllm-runs`.
    public var outdir: String?
    /// The database; nil for the one that a configuration file or `NLLM_BATCH_DB` names.
    ///
    /// If nobody names one, it is `batch.db` in ``outdir`` if that is given, else `nllm-runs/batch.db`.
    public var database: String?
    /// A configuration file that stands above `./.nllm-config.yaml` and `~/.nllm/config.yaml`.
    public var config: String?
    /// Whether `./.nllm-config.yaml` may make `llm` run code and read files.
    ///
    /// Without it, it may only if `batch.trusted_folders` in `~/.nllm/config.yaml` names the working directory.
    public var trustsConfig = false
    /// Seconds a cell may take, 0 for as long as it takes; 600 if nobody says.
    public var timeout: Double?
    /// How often a failed cell is tried again; 3 if nobody says.
    public var retries: Int?
    /// Cells at a time; 4 if nobody says.
    public var concurrency: Int?
    /// Seconds that cells in flight are given to end after the task is cancelled; 10 if nobody says.
    public var grace: Double?
    /// Megabytes of address space an `llm` process may use; no limit if nobody says.
    public var maxMemory: Int?
    /// Megabytes that one answer may have, reasoning included; 16 if nobody says.
    public var maxAnswer: Int?
    /// Whether the raw output of `llm` is kept beside the results; it is not if nobody says.
    public var raw: Bool?
    /// Whether `llm` has to know the models before anything is run; it has to if nobody says.
    public var checksModels: Bool?
    /// Limits for all workers of the database, in place of configured ones of the same name and kind.
    public var limits: [Limit] = []
    /// Seconds to wait for a provider that asks to wait; 300 if nobody says.
    ///
    /// Where it asks for longer, the model's cells are left undone.
    public var maxWait: Double?
    /// US dollars that may be spent; no limit if nobody says.
    ///
    /// The functions that enqueue and work in one then refuse a model whose price is unknown.
    public var maxCost: Double?
    /// Tokens of prompts and answers that may be spent; no limit if nobody says.
    public var maxTokensTotal: Int?
    /// Seconds whose spending counts for these two, of the whole database; all spending of the runs if nobody says.
    public var budgetWindow: Double?
    /// Kinds of answers that count as failures, of those in ``FailOnText/kinds``; none if nobody says.
    public var failOn: [FailureKind]?
    /// Seconds that an answer of the database may be old to be taken in place of a request, 0 for none; none if nobody
    /// says.
    public var cache: Double?
    /// Which runs go first, the higher, the earlier; 0 if nobody says.
    public var priority: Int?
    /// What is piped into a prompt given as arguments; the process's own standard input is not read for it.
    public var input = ""
    /// Is told what happens, each line of an answer included as it arrives; must not block.
    public var observe: (@Sendable (WorkEvent) -> Void)?

    /// The usual options, for these models.
    public init(models: [String] = []) {
        self.models = models
    }
}

extension NllmOptions {
    /// What files, the environment and these options say.
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

    /// The request for prompts from these sources, with further arguments of `llm`.
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
        // As the command line would say it; that of the calling program is no business of the manifest.
        let divider = arguments.isEmpty || request.direct != nil ? [] : ["--"]
        request.commandLine = ["NllmCore"] + sources.map(\.path) + divider + arguments
        return request
    }

    /// What a worker does for these runs.
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
