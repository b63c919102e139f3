import ArgumentParser
import NllmCore

/// What is asked of which models.
struct EnqueueOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Files of JSON lines or arrays, CSV or TSV, text files, directories of text files, - for standard input, or a suite (YAML).",
            valueName: "source"))
    var sources: [String] = []

    @OptionGroup(title: "Prompts") var records: RecordOptions

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
            valueName: "model:argument:…", visibility: .hidden))
    var modelOptions: [String] = []

    @Option(
        name: .customLong("option"),
        help: ArgumentHelp("Option for every model; repeatable.", valueName: "key=value"))
    var options: [String] = []

    @Option(
        name: .customLong("sweep"),
        help: ArgumentHelp("Every model with each of these values; repeatable.", valueName: "key=value,…"))
    var sweeps: [String] = []

    @Option(help: ArgumentHelp(.samples, valueName: "n"))
    var samples: Int?

    @Option(help: ArgumentHelp(.system, valueName: "text"))
    var system: String?

    @Option(
        help: ArgumentHelp("Name of the run; an existing run is updated to match the sources.", valueName: "name"))
    var run: String?

    @Option(name: .shortAndLong, help: ArgumentHelp(.outdir, valueName: "directory"))
    var outdir: String?

    @Flag(help: ArgumentHelp(.raw, isRare: true))
    var raw = false

    @Option(help: ArgumentHelp(.files, valueName: "which"), transform: SettingOption.files)
    var files: ArtifactFiles?

    @Option(help: ArgumentHelp(.timeout, valueName: "duration"))
    var timeout: String?

    @Option(help: ArgumentHelp(.retries, valueName: "n"))
    var retries: Int?

    @OptionGroup var answers: AnswerOptions

    @OptionGroup var evaluation: EvaluationOptions

    @Option(parsing: .unconditional, help: ArgumentHelp(.priority, valueName: "n", isRare: true))
    var priority: Int?

    @Flag(help: ArgumentHelp(.check))
    var noCheck = false

    @Flag(help: "Print the first commands that would run, ready for a shell, without running them.")
    var dryRun = false

    func validate() throws {
        guard !sources.isEmpty || isDirect else {
            throw ValidationError(SourceHint.noneNamed)
        }
        if isDirect, records.lines || records.noHeader {
            throw ValidationError(
                "`\(records.lines ? "--lines" : "--no-header")` is for sources, not for a prompt behind --")
        }
        try SettingOption.check(.timeout, duration: timeout)
        try SettingOption.check(settings.numbers)
        if outdir?.isEmpty == true { throw ValidationError("`--outdir` is empty; name a directory") }
        if let outdir, outdir.contains("="), !outdir.contains("/") {
            throw ValidationError(
                "`-o \(Redaction.redact(outdir))` is a directory of results; for an option of the model: "
                    + "--option \(ShellWord.quote(Redaction.redact(outdir)))")
        }
        if let name = sources.first(where: { name in name != "-" && sources.count { $0 == name } > 1 }) {
            throw ValidationError("source `\(name)` is named twice")
        }
    }

    /// What is for `llm`, as it is.
    private var arguments: [String]? { PassedArguments.current.passed }

    /// Whether the prompt itself stands on the command line, or is piped in, in place of a source.
    var isDirect: Bool { sources.isEmpty && arguments != nil }

    /// The settings of the run that were given.
    private var settings: RunSettings.Given {
        var settings = RunSettings.Given()
        settings.outdir = outdir
        settings.raw = raw ? true : nil
        settings.files = files
        settings.timeout = timeout.flatMap(DurationText.seconds)
        settings.retries = retries
        settings.failOn = answers.failureKinds
        settings.cache = answers.age
        settings.priority = priority
        return settings
    }

    /// The request, for the target that the command means.
    func request(
        target: EnqueueTarget, common: CommonOptions, configuration: Configuration
    ) async throws(NllmError) -> EnqueueRequest {
        var request = try await sourced(common, configuration)
        request.prompts = try records.options()
        request.evaluation = evaluation.request(common)
        if request.prompts != PromptOptions(), isDirect {
            throw .usage(
                "`--map`, `--template`, `--only`, `--pick` and `--limit` are for sources, not for a prompt behind --")
        }
        request.prompts.namesAllFiles = common.verbose
        request.prompts.grading = try Grading(lines: evaluation.assertions)
        request.models = models
        request.sweeps = sweeps
        request.modelOptions = modelOptions
        request.options = options
        request.samples = samples
        request.system = system
        request.arguments = arguments ?? []
        request.target = target
        request.settings = settings
        request.checksModels = noCheck ? false : nil
        request.commandLine = ["nllm-batch"] + CommandLine.arguments.dropFirst()
        return request
    }

    /// The request for the sources or the suite.
    private func sourced(
        _ common: CommonOptions, _ configuration: Configuration
    ) async throws(NllmError) -> EnqueueRequest {
        if let suite = sources.first(where: EnqueueRequest.isSuite) {
            return try await request(suite: suite, common, configuration)
        }
        var found: [PromptSource] = []
        for source in sources {
            guard source == "-" || PromptSource.exists(source) else {
                throw SourceHint(options: self).error(missing: source)
            }
            found.append(try PromptSource(source, lines: records.lines, header: !records.noHeader))
        }
        if isDirect, let arguments {
            let direct = try DirectPrompt(arguments: arguments) {
                common.say("waiting for a prompt on standard input; without one, close it with </dev/null")
            }
            found.append(PromptSource(direct))
        }
        return EnqueueRequest(sources: found, configuration: configuration)
    }

    private func request(
        suite: String, _ common: CommonOptions, _ configuration: Configuration
    ) async throws(NllmError) -> EnqueueRequest {
        guard sources.count == 1 else {
            throw .usage("suite `\(suite)` stands alone; name further prompt files under `sources` in it")
        }
        if !records.mapping.isEmpty || !records.templates.isEmpty || records.lines || records.noHeader {
            throw .usage("`--map`, `--template`, `--lines` and `--no-header` are for prompt files, not for a suite")
        }
        return try await EnqueueRequest(
            suite: suite, trustsFiles: common.trustConfig, allowsCommands: evaluation.allowCommands,
            checksModels: !noCheck && models.isEmpty && configuration.checksModels, configuration: configuration)
    }

    /// Prints what would be run.
    func printPreview(_ request: EnqueueRequest, common: CommonOptions, json: Bool) async throws(NllmError) {
        let enqueuer = Enqueuer(databasePath: request.configuration.database, note: common.say)
        let preview = try await enqueuer.preview(request, limit: 20)
        if let first = preview.first, !isDirect {
            common.say("first prompt, \(first.id):")
            for line in first.text.printedLines { common.say("  | \(line)") }
        }
        for cell in preview.cells {
            if json { Console.out(cell.json) } else { Console.out(cell.text) }
        }
        let rest = preview.count - preview.cells.count
        if rest > 0 { common.say("and \(Format.count(rest, "cell")) more") }
        common.say("\(Format.count(preview.count, "cell")) in all; nothing was run")
        for estimate in preview.estimates { common.say(estimate.sentence) }
    }
}
