import ArgumentParser
import NllmCore

/// How a worker works.
struct WorkerOptions: ParsableArguments {
    @Option(
        name: [.customLong("concurrency"), .customShort("j"), .customLong("parallel")],
        help: ArgumentHelp("Number of cells to run at a time (default: 4).", valueName: "n"))
    var concurrency: Int?

    @Option(
        help: ArgumentHelp(
            "How llm is run: process, fork, shared, or auto, which is the fastest with the isolation of a process "
                + "(default: auto).", valueName: "way"),
        transform: Self.executor)
    var executor: ExecutorChoice?

    @Option(
        help: ArgumentHelp(
            "Seconds for cells in flight to finish after SIGINT, SIGTERM or SIGHUP (default: 10).",
            valueName: "seconds"
        ))
    var grace: Double?

    @Option(
        help: ArgumentHelp("Megabytes of address space an llm process may use (default: no limit).", valueName: "mb"))
    var maxMemory: Int?

    @Option(
        help: ArgumentHelp(
            "Largest answer in megabytes, reasoning included; a longer one is cut off (default: 16).",
            valueName: "mb"))
    var maxAnswer: Int?

    @Flag(
        inversion: .prefixedNo,
        help: "Print each line of an answer as it arrives (default: for one prompt behind -- only).")
    var stream: Bool?

    @OptionGroup var limits: LimitOptions

    private static func executor(_ text: String) throws -> ExecutorChoice {
        guard let choice = ExecutorChoice(rawValue: text) else {
            let known = ExecutorChoice.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("`--executor` is `\(text)` but must be one of \(known)")
        }
        return choice
    }

    func validate() throws {
        let allowed = SettingLimits.concurrency
        if let concurrency, !allowed.contains(concurrency) {
            throw ValidationError(
                "`--concurrency` is \(concurrency) but must be \(allowed.lowerBound) to \(allowed.upperBound)")
        }
        if let grace, !SettingLimits.grace.contains(grace) {
            throw ValidationError("`--grace` is \(grace) but must be a number of seconds")
        }
        if let maxMemory, !SettingLimits.maxMemory.contains(maxMemory) {
            throw ValidationError("`--max-memory` is \(maxMemory) but must be 16 to 1,000,000 megabytes")
        }
        if let maxAnswer, !SettingLimits.maxAnswer.contains(maxAnswer) {
            let allowed = SettingLimits.words(SettingLimits.maxAnswer)
            throw ValidationError("`--max-answer` is \(maxAnswer) but must be \(allowed) megabytes")
        }
    }

    /// The worker's options.
    func options(_ configuration: Configuration) throws(NllmError) -> WorkOptions {
        var options = WorkOptions()
        options.concurrency = concurrency ?? configuration.concurrency
        options.executor = executor ?? configuration.executor
        options.grace = grace ?? configuration.grace
        options.maxMemory = maxMemory ?? configuration.maxMemory
        options.maxAnswer = maxAnswer ?? configuration.maxAnswer
        try limits.apply(to: &options, configuration)
        return options
    }
}
