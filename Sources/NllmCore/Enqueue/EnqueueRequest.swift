/// A request to enqueue prompts; what is not given here comes from the configuration.
public struct EnqueueRequest: Sendable {
    /// The sources of prompts.
    public var sources: [PromptSource]
    /// The suite whose prompts come before those of the sources.
    var suite: Suite?
    /// How their records become prompts.
    public var prompts = PromptOptions()
    /// Models as `-m` takes them.
    public var models: [String] = []
    /// Arguments for single models, as `--model-option` takes them.
    public var modelOptions: [String] = []
    /// Options whose values multiply all models, as `KEY=VALUE,VALUE…`.
    public var sweeps: [String] = []
    /// Options for all models, as `KEY=VALUE`.
    public var options: [String] = []
    /// The number of times each prompt is sent to each model.
    public var samples: Int?
    /// The system prompt for prompts and models that have none.
    public var system: String?
    /// Further arguments for `llm`.
    public var arguments: [String] = []
    /// The run that receives the cells.
    public var target = EnqueueTarget.new
    /// The settings of the run that were given.
    public var settings = RunSettings.Given()
    /// Whether only what answers are held against may change in a run, and none of its cells.
    package var keepsCells = false
    /// What the run is held against.
    public var evaluation = EvaluationRequest()
    /// Whether `llm` must know the models.
    public var checksModels: Bool?
    /// Whether the cells are executed right away, so that `llm` itself says what is wrong with a few of them.
    public var isExecutedAtOnce = false
    /// Whether a model without a known price is rejected, because costs are limited.
    public var needsPrices = false
    /// The values for everything that is not given.
    public var configuration: Configuration
    /// The command line, for the manifest.
    public var commandLine: [String] = []

    /// A request for these sources with default settings.
    public init(sources: [PromptSource], configuration: Configuration) {
        self.sources = sources
        self.configuration = configuration
    }
}

extension EnqueueRequest {
    /// The prompt that was given with the command, if that is the source.
    var direct: DirectPrompt? {
        guard case .direct(let prompt)? = sources.first?.kind else { return nil }
        return prompt
    }

    /// The part of the request that all cells share.
    func common() throws(NllmError) -> CommonRequest {
        var merged: [ModelOption] = []
        for pair in options {
            guard let option = ModelOption(pair: pair) else {
                let shown = Redaction.redact(arguments: ["--option", pair])[1]
                throw .usage("option `\(shown)` is not KEY=VALUE; write --option temperature=0.2")
            }
            merged = ModelOption.merged(merged, [option])
        }
        let system = (system ?? configuration.system)?.withoutByteOrderMark
        return CommonRequest(
            options: merged, system: system.flatMap { $0.isEmpty ? nil : $0 },
            arguments: direct?.arguments ?? arguments.map(\.withoutByteOrderMark), directory: AbsolutePath.current)
    }

    /// Throws what is wrong before anything is read.
    func check() throws(NllmError) {
        if let samples, !Setting.samples.range.contains(Double(samples)) {
            throw .usage("`samples` is \(samples) but must be a whole number from \(Setting.samples.rangeText)")
        }
        if case .named(let name) = target, !RunName.isValid(name) {
            throw .usage("run name `\(name)`: \(RunName.rule)")
        }
        let files = RunSettings(self).files
        if settings.raw == true, files != .all {
            throw .usage("`--raw` keeps files of each cell, but `files` is \(files.rawValue)")
        }
        guard sources.filter({ $0.kind == .standardInput }).count < 2 else {
            throw .usage("`-` is named twice, but standard input can be read once")
        }
        try checkDistinct()
        if let direct, !direct.models.isEmpty, !models.isEmpty {
            throw .usage("`-m` stands before and behind `--`; name all models before it")
        }
        let common = try common()
        if let system = common.system, let flaw = LLMCommand.flaw(argument: system) {
            throw .usage("the system prompt \(flaw)")
        }
        if let refusal = LLMArguments(common.arguments).refusal { throw .usage(refusal) }
        let options = options.flatMap { ["--option", $0] }
        if let name = Redaction.secret(in: common.arguments) ?? Redaction.secret(in: options) {
            throw .usage(LLMCommand.secretRefusal(name))
        }
    }
}

extension EnqueueRequest {
    /// Throws if arguments for `llm` cannot be given to conversations.
    func checkConversations(with models: [ModelVariant]) throws(NllmError) {
        for arguments in [try common().arguments] + models.map(\.arguments) {
            guard let refusal = LLMArguments(arguments).conversationRefusal else { continue }
            throw .usage("there are prompts with `messages` or `turns`, but " + refusal)
        }
    }

    /// Throws if two sources are one file.
    private func checkDistinct() throws(NllmError) {
        var known: [String: String] = [:]
        for source in sources where source.kind == .file || source.kind == .directory {
            let path = AbsolutePath.real(AbsolutePath.resolve(source.path))
            guard let earlier = known.updateValue(source.path, forKey: path) else { continue }
            throw earlier == source.path
                ? .usage("source `\(source.path)` is named twice")
                : .usage("sources `\(earlier)` and `\(source.path)` are the same; name one of them")
        }
    }
}

extension RunSettings {
    /// The settings of a new run: given ones override configured ones.
    init(_ request: EnqueueRequest) {
        let (given, configuration) = (request.settings, request.configuration)
        outdir = AbsolutePath.resolve(given.outdir ?? configuration.outdir)
        raw = given.raw ?? configuration.raw
        files = given.files ?? configuration.artifacts
        timeout = given.timeout ?? configuration.timeout
        retries = given.retries ?? configuration.retries
        failOn = given.failOn ?? configuration.failOn
        cache = given.cache ?? configuration.cache
        priority = given.priority ?? configuration.priority
    }
}

extension RunSettings.Given {
    /// The numbers among them.
    package var numbers: [GivenNumber] {
        let numbers: [GivenNumber?] = [
            .init(.timeout, timeout), .init(.retries, retries), .init(.cache, cache), .init(.priority, priority),
        ]
        return numbers.compactMap { $0 }
    }
}
