import ArgumentParser
import NllmCore

struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Rewrite a run's folder from the database, or write its results in another format.",
        discussion: """
            The folder's path is printed. The other formats are written to standard output, or with --output to a file \
            that appears completely or not at all.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Option(
        help: ArgumentHelp("dir, the run's folder, or \(ExportFormat.others) (default: dir).", valueName: "format"),
        transform: Self.format)
    var format = ExportFormat.dir

    @Option(
        name: [.customShort("o"), .customLong("output"), .customLong("outdir")],
        help: ArgumentHelp(
            "The file to write, - for standard output; with the format dir, a directory below which the run's folder is "
                + "written instead of its own, which is left as it is.", valueName: "path"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "With --outdir, which artifacts to write: all, or jsonl, without a file per cell (default: as the run does; "
                + "all if it writes none).", valueName: "which"), transform: SettingOption.files)
    var files: ArtifactFiles?

    @Option(
        help: ArgumentHelp(
            "With --format html, an earlier run whose answers stand beside the run's, by prompt id and model.",
            valueName: "run"))
    var baseline: String?

    @OptionGroup(title: "Selection, not of dir and html") var cells: SelectionOptions
    @OptionGroup var failures: FailureOptions

    @Sendable
    private static func format(_ text: String) throws -> ExportFormat {
        guard let format = ExportFormat(rawValue: text) else {
            let known = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("`--format` is `\(text)` but must be one of \(known)")
        }
        return format
    }

    private var selection: CellSelection { failures.limit(cells.selection) }

    func validate() throws {
        if output?.isEmpty == true { throw ValidationError("`--outdir` is empty; name a folder, or a file") }
        if files != nil, format != .dir || output == nil {
            throw ValidationError("`--files` applies to --outdir; a run's own folder holds what the run writes")
        }
        if baseline != nil, format != .html { throw ValidationError("`--baseline` applies to --format html") }
        if format == .html, selection != CellSelection() {
            throw ValidationError("the page holds all cells and has filters; leave out options that select some")
        }
        if files == .nothing { throw ValidationError("`--files none` leaves nothing to export") }
        guard format == .dir else { return }
        if selection != CellSelection() {
            throw ValidationError("a run's folder holds all cells; to select some, use --format \(ExportFormat.others)")
        }
        if output == "-" { throw ValidationError("a folder cannot be written to standard output; name a directory") }
    }

    func run() async throws {
        let store = try common.open()
        let (run, exporter) = (try await store.run(run), Exporter(store: store))
        switch format {
        case .dir: Console.out(try await folder(of: run, exporter))
        case .jsonl:
            try await store.check(selection, in: run)
            try await exporter.write(run, selection, to: target)
        case .html:
            let baseline = try await baseline == nil ? nil : store.run(baseline)
            try await PageWriter(store: store).write(run, baseline: baseline, to: target)
        }
    }

    private func folder(of run: Run, _ exporter: Exporter) async throws -> String {
        guard let output else { return try await exporter.export(run) }
        return try await exporter.export(run, to: output, files: files)
    }

    private var target: ExportTarget {
        guard let output, output != "-" else { return .stream { Console.out($0) } }
        return .file(output)
    }
}

extension ExportFormat {
    /// All but `dir`, for people.
    fileprivate static let others = allCases.filter { $0 != .dir }.map(\.rawValue).joined(separator: ", ")
}
