import ArgumentParser
import NllmCore

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Rewrite a run's folder from the database; print its path.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Write the run's folder below this directory instead; the run's own is left as it is.", valueName: "dir"))
    var outdir: String?

    @Option(
        help: ArgumentHelp(
            "With --outdir, which artifacts to write: all, or jsonl, without a file per cell (default: as the run does; "
                + "all if it writes none).", valueName: "which"), transform: SettingOption.files)
    var files: ArtifactFiles?

    func validate() throws {
        if files != nil, outdir == nil {
            throw ValidationError("`--files` applies to --outdir; a run's own folder holds what the run writes")
        }
        if files == .nothing { throw ValidationError("`--files none` leaves nothing to export") }
        if outdir?.isEmpty == true { throw ValidationError("`--outdir` is empty; name a folder") }
    }

    func run() async throws {
        let store = try common.open()
        let (run, exporter) = (try await store.run(run), Exporter(store: store))
        if let outdir {
            Console.out(try await exporter.export(run, to: outdir, files: files))
        } else {
            Console.out(try await exporter.export(run))
        }
    }
}
