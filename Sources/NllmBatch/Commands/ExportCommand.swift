import ArgumentParser
import NllmCore

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a run's folder again from the database; print its path.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name.")
    var run: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write the folder below this one, and leave the run's own as it is.", valueName: "dir"))
    var outdir: String?

    func validate() throws {
        if outdir?.isEmpty == true { throw ValidationError("`--outdir` is empty; name a folder") }
    }

    func run() async throws {
        let store = try common.open()
        let (run, exporter) = (try await store.run(run), Exporter(store: store))
        if let outdir {
            Console.out(try await exporter.export(run, to: outdir))
        } else {
            Console.out(try await exporter.export(run))
        }
    }
}
