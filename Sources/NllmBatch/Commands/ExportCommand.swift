import ArgumentParser
import NllmCore

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a run's folder again from the database; print its path.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name.")
    var run: String

    func run() async throws {
        let store = try common.open()
        Console.out(try await Exporter(store: store).export(try await store.run(run)))
    }
}
