import ArgumentParser
import NllmCore

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel cells that are pending or running.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var cells: SelectionOptions

    @Argument(help: "The run's name.")
    var run: String

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        let count = try await store.cancel(run, cells.selection)
        if count > 0, try await store.run(run.name).finishedAt != nil { try await Exporter(store: store).refresh(run) }
        common.say("\(Format.count(count, "cell")) cancelled")
    }
}
