import ArgumentParser
import NllmCore

/// How a worker works.
struct WorkerOptions: ParsableArguments {
    @Option(
        name: [.customLong("concurrency"), .customShort("j")], help: ArgumentHelp("Cells at a time.", valueName: "n"))
    var concurrency = 4

    @Option(
        help: ArgumentHelp(
            "Seconds that cells in flight are given to end after SIGINT or SIGTERM.", valueName: "seconds"))
    var grace = 10.0

    @Option(
        help: ArgumentHelp("Megabytes of address space an llm process may use (default: no limit).", valueName: "mb"))
    var maxMemory: Int?

    @Flag(
        inversion: .prefixedNo,
        help: "Print each line of output as it arrives, after its model and prompt (default: no-stream).")
    var stream: Bool?

    func validate() throws {
        let allowed = WorkOptions.concurrencies
        guard allowed.contains(concurrency) else {
            throw ValidationError(
                "`--concurrency` is \(concurrency) but must be \(allowed.lowerBound) to \(allowed.upperBound)")
        }
        guard grace >= 0, grace <= 1e6 else {
            throw ValidationError("`--grace` is \(grace) but must be a number of seconds")
        }
        if let maxMemory, !(16...1_000_000).contains(maxMemory) {
            throw ValidationError("`--max-memory` is \(maxMemory) but must be 16 to 1,000,000 megabytes")
        }
    }

    /// The worker's options for these runs.
    func options(runs: [String], timeout: Double? = nil, retries: Int? = nil) -> WorkOptions {
        var options = WorkOptions()
        options.runs = runs
        options.concurrency = concurrency
        options.timeout = timeout
        options.retries = retries
        options.grace = grace
        options.maxMemory = maxMemory
        return options
    }
}
