import ArgumentParser
import NllmCore

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Put ended cells back to pending, with all their retries.",
        discussion: "Without a selection, cells that failed, timed out or were cancelled are put back.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var cells: SelectionOptions
    @OptionGroup var failures: FailureOptions

    @Argument(help: "The run's name.")
    var run: String

    @Flag(help: "Put back cells with a good answer, too.")
    var all = false

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        var selection = failures.limit(cells.selection)
        if selection.statuses.isEmpty, !all, selection.failures.isEmpty {
            selection.statuses = [.error, .timeout, .cancelled]
        }
        let count = try await store.retry(run, selection)
        if count > 0 { try await Exporter(store: store).refresh(run) }
        common.say("\(Format.count(count, "cell")) put back to pending")
        if count > 0 { common.say("execute with: nllm-batch work \(run.name)\(common.hint)") }
    }
}
