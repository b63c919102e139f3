import ArgumentParser
import NllmCore

struct WorkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "work",
        abstract: "Execute cells until none is left; print the folder of each finished run.",
        discussion: """
            Without a run, all runs are worked on: the highest priority first, then the oldest. Any number of workers may share a database. \
            The first SIGINT, SIGTERM or SIGHUP stops politely, a second one, or SIGQUIT, at once; nothing is lost either way. \
            Under nohup SIGHUP stays ignored.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Work") var worker: WorkerOptions

    @Argument(help: "Names of runs.")
    var runs: [String] = []

    @Option(
        help: ArgumentHelp(
            "How long a cell may take; overrides the run's setting; 0 for no limit.", valueName: "duration"))
    var timeout: String?

    @Option(help: ArgumentHelp("Number of retries of a failed cell; overrides the run's setting.", valueName: "n"))
    var retries: Int?

    @OptionGroup var answers: AnswerOptions
    @OptionGroup var reports: ReportOptions

    @Flag(help: "Wait for new runs until stopped by a signal; print each run's folder when it has ended.")
    var follow = false

    @Flag(help: ArgumentHelp("Run the programs that assertions and suites name.", visibility: .hidden))
    var allowCommands = false

    @Flag(help: "Print one JSON object per run instead of its folder.")
    var json = false

    func validate() throws {
        try SettingOption.check(.timeout, duration: timeout)
        try SettingOption.check(overrides.numbers)
        if reports.junit != nil, runs.count != 1 { throw ValidationError("`--junit` is for one run; name it") }
        if follow, reports.finally != nil || reports.markdown != nil {
            throw ValidationError("`--finally` and `--markdown` are for workers that end; leave out `--follow`")
        }
        if follow, !runs.isEmpty { throw ValidationError("`--follow` works on all runs; name none") }
    }

    /// What holds in place of the runs' settings.
    private var overrides: RunSettings.Given {
        var overrides = RunSettings.Given()
        overrides.timeout = timeout.flatMap(DurationText.seconds)
        overrides.retries = retries
        overrides.failOn = answers.failureKinds
        overrides.cache = answers.age
        return overrides
    }

    func run() async throws {
        let configuration = try common.configuration()
        var options = try worker.options(configuration)
        options.runs = runs
        options.follows = follow
        options.overrides = overrides
        options.allowsCommands = allowCommands
        _ = try answers.otherDatabase(besides: configuration.database)
        options.cacheFrom = answers.cacheFrom
        try await WorkSession(
            // One that waits for runs may be there before them.
            store: try common.open(configuration, follow ? .creating : .existing), options: options, common: common,
            output: json ? .progress : .folder, streams: worker.stream ?? configuration.stream ?? false,
            progress: worker.progress, metrics: worker.metrics, reports: reports
        ).run()
    }
}
