import ArgumentParser
import NllmCore

/// How a worker works.
struct WorkerOptions: ParsableArguments {
    @Option(
        name: [.customLong("concurrency"), .customShort("j"), .customLong("parallel")],
        help: ArgumentHelp(.concurrency, valueName: "n"))
    var concurrency: Int?

    @Option(help: ArgumentHelp(.executor, valueName: "way"), transform: Self.executor)
    var executor: ExecutorChoice?

    @Option(help: ArgumentHelp(.grace, valueName: "duration", isRare: true))
    var grace: String?

    @Option(help: ArgumentHelp(.maxMemory, valueName: "mb", isRare: true))
    var maxMemory: Int?

    @Option(help: ArgumentHelp(.maxAnswer, valueName: "mb", isRare: true))
    var maxAnswer: Int?

    @Flag(inversion: .prefixedNo, help: ArgumentHelp(.stream))
    var stream: Bool?

    @Option(
        help: ArgumentHelp(
            "How progress is shown: auto (a table on a terminal, elsewhere a line every 10 s) or json (an object on "
                + "standard error whenever something has changed).", valueName: "form", visibility: .hidden),
        transform: Self.progress)
    var progress: ProgressDisplay.Form?

    @Option(
        help: ArgumentHelp(
            "Keep the state of the runs in this file while they are worked on, in Prometheus' text format.",
            valueName: "file", visibility: .hidden))
    var metrics: String?

    @OptionGroup(title: "Limits") var limits: LimitOptions

    private static func progress(_ text: String) throws -> ProgressDisplay.Form {
        guard let form = ProgressDisplay.Form(rawValue: text) else {
            throw ValidationError("`--progress` is `\(text)` but must be one of auto, json")
        }
        return form
    }

    private static func executor(_ text: String) throws -> ExecutorChoice {
        guard let choice = ExecutorChoice(rawValue: text) else {
            let known = ExecutorChoice.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("`--executor` is `\(text)` but must be one of \(known)")
        }
        return choice
    }

    func validate() throws {
        if metrics?.isEmpty == true { throw ValidationError("`--metrics` is empty; name a file") }
        try SettingOption.check(.grace, duration: grace)
        try SettingOption.check(given.numbers)
    }

    /// What was given, apart from limits.
    private var given: WorkOptions.Given {
        var given = WorkOptions.Given()
        given.concurrency = concurrency
        given.executor = executor
        given.grace = grace.flatMap(DurationText.seconds)
        given.maxMemory = maxMemory
        given.maxAnswer = maxAnswer
        limits.fill(&given)
        return given
    }

    /// The worker's options: the given ones over the configured ones.
    ///
    /// - Throws: when the budget has a window, but no limit.
    func options(_ configuration: Configuration) throws(NllmError) -> WorkOptions {
        var given = given
        given.limits = limits.limits(configuration)
        let options = WorkOptions(given, configuration)
        try limits.check(options)
        return options
    }
}
