/// What a user wants to have enqueued; what is not given here comes from the configuration.
public struct EnqueueRequest: Sendable {
    /// Which run takes the cells.
    public enum Target: Sendable, Equatable {
        /// A new run, named by the time.
        case new
        /// The run of that name, which is made if it isn't there.
        case named(String)
        /// The newest unfinished run of the same directory, sources, models and request settings, or a new one.
        case unfinished
    }

    /// Where prompts come from.
    public var sources: [PromptSource]
    /// Models as `-m` takes them.
    public var models: [String] = []
    /// Arguments of single models, as `--model-option` takes them.
    public var modelOptions: [String] = []
    /// Options of all models, as `KEY=VALUE`.
    public var options: [String] = []
    /// How often each prompt is sent to each model.
    public var samples: Int?
    /// The system prompt where neither prompt nor model has one.
    public var system: String?
    /// Further arguments of `llm`, as they are.
    public var arguments: [String] = []
    /// Which run takes the cells.
    public var target = Target.new
    /// What the run does with its cells, as far as it was given.
    public var settings = RunSettings.Given()
    /// Whether `llm` has to know the models.
    public var checksModels: Bool?
    /// Whether a model without a known price is refused, because costs are limited.
    public var needsPrices = false
    /// What holds where nothing else is given.
    public var configuration: Configuration
    /// The command line, for the manifest.
    public var commandLine: [String] = []

    /// A request for these sources with the usual settings.
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

    /// What is asked with every cell.
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
        if let samples, !SampleCount.allowed.contains(samples) {
            throw .usage("`samples` is \(samples) but must be \(SampleCount.range)")
        }
        if case .named(let name) = target, !RunName.isValid(name) {
            throw .usage("run name `\(name)`: \(RunName.rule)")
        }
        guard sources.filter({ $0.kind == .standardInput }).count < 2 else {
            throw .usage("`-` is named twice, but standard input can be read once")
        }
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

extension RunSettings {
    /// The settings of a new run: what was given, else what is configured.
    init(_ request: EnqueueRequest) {
        let (given, configuration) = (request.settings, request.configuration)
        outdir = AbsolutePath.resolve(given.outdir ?? configuration.outdir)
        raw = given.raw ?? configuration.raw
        timeout = given.timeout ?? configuration.timeout
        retries = given.retries ?? configuration.retries
        failOn = given.failOn ?? configuration.failOn
        cache = given.cache ?? configuration.cache
        priority = given.priority ?? configuration.priority
    }
}
