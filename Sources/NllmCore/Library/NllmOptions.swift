/// Options for the functions of ``Nllm``; for a nil or empty one, the configuration files apply.
///
/// What ``settings`` and ``work`` hold can be written without them: `options.timeout` is `options.settings.timeout`.
@dynamicMemberLookup
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
    /// The database; nil for the one in a configuration file or `NLLM_BATCH_DB`.
    ///
    /// If it is not set anywhere, it is `batch.db` in `outdir` if that is set, else `nllm-runs/batch.db`.
    public var database: String?
    /// A configuration file that overrides `./.nllm-config.yaml` and `~/.nllm/config.yaml`.
    public var config: String?
    /// Whether `./.nllm-config.yaml` may make `llm` run code and read files.
    ///
    /// Otherwise it may do so only if `batch.trusted_folders` in `~/.nllm/config.yaml` names the working directory.
    public var trustsConfig = false
    /// Whether `llm` must know the models before anything is run; default: yes.
    public var checksModels: Bool?
    /// The settings of the run, such as its `outdir` and `timeout`.
    ///
    /// If `outdir` is set neither here nor in a configuration file, ``Nllm/run(sources:arguments:options:)`` and its
    /// variants use a temporary directory that they remove, including the database; the other functions use `nllm-runs`.
    public var settings = RunSettings.Given()
    /// What the worker does, such as its `concurrency` and `limits`.
    public var work = WorkOptions.Given()
    /// Piped input for a prompt given as arguments; the process's own standard input is not read.
    public var input = ""
    /// Receives each event, including each line of an answer as it arrives; must not block.
    public var observe: (@Sendable (WorkEvent) -> Void)?

    /// Default options for these models.
    public init(models: [String] = []) {
        self.models = models
    }

    /// A setting of the run.
    public subscript<Value>(dynamicMember path: WritableKeyPath<RunSettings.Given, Value>) -> Value {
        get { settings[keyPath: path] }
        set { settings[keyPath: path] = newValue }
    }

    /// An option of the worker.
    public subscript<Value>(dynamicMember path: WritableKeyPath<WorkOptions.Given, Value>) -> Value {
        get { work[keyPath: path] }
        set { work[keyPath: path] = newValue }
    }
}

extension NllmOptions {
    /// The configuration from files, the environment and these options.
    func configuration() throws(NllmError) -> Configuration {
        try check()
        var configuration = try Configuration.load(explicit: config, trust: trustsConfig ? .given : .ofNamedFolders)
        configuration.readEnvironment()
        if work.budgetWindow != nil, !WorkOptions(work, configuration).hasBudget {
            throw .usage("`budgetWindow` limits nothing by itself; set `maxCost` or `maxTokensTotal`")
        }
        if let database {
            configuration.set(.database, to: .string(database), from: .commandLine("database"))
        } else if let outdir = settings.outdir, configuration.source(of: .database) == .builtIn {
            configuration.set(.database, to: .string(outdir + "/batch.db"), from: .commandLine("outdir"))
        }
        return configuration
    }

    private func check() throws(NllmError) {
        if let problem = (settings.numbers + work.numbers).lazy.compactMap(\.propertyProblem).first {
            throw .usage(problem)
        }
        for limit in work.limits { try Self.check(limit) }
        if let flaw = settings.failOn.flatMap({ FailOnText.flaw($0.map(\.rawValue).joined(separator: ",")) }) {
            throw .usage("`failOn` \(flaw)")
        }
        for (name, path) in [("outdir", settings.outdir), ("database", database), ("config", config)] where path == "" {
            throw .usage("`\(name)` is empty; name a path, or leave it nil")
        }
    }

    private static func check(_ limit: Limit) throws(NllmError) {
        let allowed = Setting.amount(of: limit.kind).range
        guard allowed.contains(limit.amount) else {
            throw .usage(
                "`limits: \(limit.kind.rawValue) of \(limit.name)` is \(limit.amount) but must be "
                    + "\(allowed.lowerBound) to \(allowed.upperBound)")
        }
        guard limit.name.isEmpty || limit.models?.isEmpty ?? (limit.name != Limit.ofAllModels) else { return }
        throw .usage("`limits`: `\(limit.name)` needs a name and models; only Limit.ofAllModels is without models")
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
        request.settings = settings
        request.checksModels = checksModels
        // In the form of a command line; that of the calling program does not belong in the manifest.
        let divider = arguments.isEmpty || request.direct != nil ? [] : ["--"]
        request.commandLine = ["NllmCore"] + sources.map(\.path) + divider + arguments
        return request
    }

    /// The options of a worker for these runs.
    func workOptions(runs: [String], configuration: Configuration) -> WorkOptions {
        var options = WorkOptions(work, configuration)
        options.runs = runs
        options.streams = observe != nil
        return options
    }
}
