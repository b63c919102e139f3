import ArgumentParser
import NllmCore

/// What is asked of which models.
struct EnqueueOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "JSONL files, directories of text files, single text files, or - for standard input.", valueName: "source"))
    var sources: [String] = []

    @Option(
        name: [.short, .customLong("model")],
        help: ArgumentHelp(
            "Model, as NAME or 'NAME[key=value,…]'; repeatable (default: the configured ones, else llm's default).",
            valueName: "model"))
    var models: [String] = []

    @Option(
        name: .customLong("model-option"),
        help: ArgumentHelp(
            "Arguments to llm for one model, such as gpt-4o:-o:temperature:0.2; repeatable.",
            valueName: "model:argument:…"))
    var modelOptions: [String] = []

    @Option(
        name: .customLong("option"),
        help: ArgumentHelp("Option for every model; repeatable.", valueName: "key=value"))
    var options: [String] = []

    @Option(help: ArgumentHelp("Number of times each prompt is sent to each model (default: 1).", valueName: "n"))
    var samples: Int?

    @Option(help: ArgumentHelp("System prompt for prompts and models that have none.", valueName: "text"))
    var system: String?

    @Option(
        help: ArgumentHelp("Name of the run; an existing run is updated to match the sources.", valueName: "name"))
    var run: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Directory in which the run's folder is created (default: nllm-runs).", valueName: "directory"))
    var outdir: String?

    @Flag(help: "Also keep the raw output of llm.")
    var raw = false

    @Option(
        help: ArgumentHelp("Seconds a cell may take; 0 for no limit (default: 600).", valueName: "seconds"))
    var timeout: Double?

    @Option(help: ArgumentHelp("Number of retries of a failed cell (default: 3).", valueName: "n"))
    var retries: Int?

    @OptionGroup var answers: AnswerOptions

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Priority of the run, -1000 to 1000; higher ones run first (default: 0).", valueName: "n"))
    var priority: Int?

    @Flag(help: "Do not check whether llm knows the models.")
    var noCheck = false

    @Flag(help: "Print the first commands that would run, ready for a shell, without running them.")
    var dryRun = false

    func validate() throws {
        guard !sources.isEmpty || isDirect else {
            throw ValidationError("no source named; give a file, a directory, or -, or a prompt behind --")
        }
        if let timeout { try LimitChecks.timeout(timeout) }
        if let retries { try LimitChecks.retries(retries) }
        if let priority, !SettingLimits.priority.contains(priority) {
            throw ValidationError(
                "`--priority` is \(priority) but must be \(SettingLimits.words(SettingLimits.priority))")
        }
        if outdir?.isEmpty == true { throw ValidationError("`--outdir` is empty; name a directory") }
    }

    /// What is for `llm`, as it is.
    private var arguments: [String]? { PassedArguments.current.passed }

    /// Whether the prompt itself stands on the command line, or is piped in, in place of a source.
    var isDirect: Bool { sources.isEmpty && arguments != nil }

    /// The request, for the target that the command means.
    func request(
        target: EnqueueTarget, common: CommonOptions, configuration: Configuration
    ) throws(NllmError) -> EnqueueRequest {
        var found: [PromptSource] = []
        for source in sources { found.append(try PromptSource(source)) }
        if isDirect, let arguments {
            let direct = try DirectPrompt(arguments: arguments) {
                common.say("waiting for a prompt on standard input; without one, close it with </dev/null")
            }
            found.append(PromptSource(direct))
        }
        var request = EnqueueRequest(sources: found, configuration: configuration)
        request.models = models
        request.modelOptions = modelOptions
        request.options = options
        request.samples = samples
        request.system = system
        request.arguments = arguments ?? []
        request.target = target
        request.settings.outdir = outdir
        request.settings.raw = raw ? true : nil
        request.settings.timeout = timeout
        request.settings.retries = retries
        request.settings.failOn = answers.failureKinds
        request.settings.cache = answers.age
        request.settings.priority = priority
        request.checksModels = noCheck ? false : nil
        request.commandLine = ["nllm-batch"] + CommandLine.arguments.dropFirst()
        return request
    }

    /// Prints what would be run.
    func printPreview(_ request: EnqueueRequest, common: CommonOptions, json: Bool) async throws(NllmError) {
        let enqueuer = Enqueuer(databasePath: "", note: common.say)
        let preview = try await enqueuer.preview(request, limit: 20)
        for cell in preview.cells {
            if json { Console.out(cell.json) } else { Console.out(cell.shellLine) }
        }
        let rest = preview.count - preview.cells.count
        if rest > 0 { common.say("and \(Format.count(rest, "cell")) more") }
        common.say("\(Format.count(preview.count, "cell")) in all; nothing was run")
    }
}

/// Limits that several commands check.
enum LimitChecks {
    static func timeout(_ seconds: Double) throws {
        guard SettingLimits.timeout.contains(seconds) else {
            throw ValidationError("`--timeout` is \(seconds) but must be a number of seconds, or 0 for none")
        }
    }

    static func retries(_ count: Int) throws {
        guard SettingLimits.retries.contains(count) else {
            throw ValidationError("`--retries` is \(count) but must be 0 to 1000")
        }
    }
    static func duration(_ option: String, _ text: String?, _ allowed: ClosedRange<Double>) throws {
        guard let text else { return }
        guard let seconds = DurationText.seconds(text) else {
            throw ValidationError("`\(option)` is `\(text)` but must be \(DurationText.form)")
        }
        guard allowed.contains(seconds) else {
            throw ValidationError("`\(option)` is `\(text)` but must be \(DurationText.words(allowed))")
        }
    }
}
