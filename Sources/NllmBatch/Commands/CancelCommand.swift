import ArgumentParser
import NllmCore

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel cells that are pending or running.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var cells: SelectionOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    func run() async throws {
        let (_, count) = try await RunEditor(store: common.open()).cancel(run, cells.selection)
        common.say("\(Format.count(count, "cell")) cancelled")
    }
}
