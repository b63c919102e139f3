import ArgumentParser
import NllmCore

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Requeue finished cells with a fresh retry count.",
        discussion: "Without a selection, requeues cells that failed, timed out or were cancelled.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var cells: SelectionOptions

    @Flag(help: "Only cells that failed or timed out.")
    var failed = false

    @OptionGroup var failures: FailureOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Flag(help: "Also requeue cells that succeeded.")
    var all = false

    func run() async throws {
        let selection = failures.limit(cells.selection, failed: failed)
        let (run, count) = try await RunEditor(store: common.open()).retry(run, selection, includesSucceeded: all)
        common.say("\(Format.count(count, "cell")) requeued")
        if count > 0 { common.say("continue with: nllm-batch work \(run.name)\(common.hint)") }
    }
}
