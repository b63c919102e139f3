import ArgumentParser
import NllmCore

struct GateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gate",
        abstract: "Say again what an evaluated run came to, and exit as its gates decide.",
        discussion: """
            Exits with 1 if a gate does not hold, 78 if one cannot be evaluated, 75 while the run is not evaluated. To hold a \
            run against other gates, enqueue the same sources into it again with --run and --gate: its answers are kept.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var reports: ReportOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        guard let night = try await NightEvaluator(store: store).result(of: run.id) else {
            guard try await store.hasEvaluation(run) else {
                throw NllmError.usage(
                    "run \(run.name) is held against nothing; enqueue a suite, or use --gate or --series of `run`")
            }
            Console.error(
                "run \(run.name) is not evaluated yet; continue with: nllm-batch work \(run.name)\(common.hint)")
            throw ExitStatus.tryLater.error
        }
        try await reports.write([night], from: store)
        if let command = reports.finally, let failure = await FinalCommand(store: store).run(command, for: night) {
            Console.error(failure)
        }
        if json { Console.out(night.json) } else { NightScreen.print(night, hint: common.hint) }
        if let status = night.status { throw status.error }
    }
}
