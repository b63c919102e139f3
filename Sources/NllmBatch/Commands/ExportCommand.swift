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

    @Flag(help: "Only cells that failed or timed out.")
    var failed = false

    @OptionGroup var failures: FailureOptions

    @Option(
        name: .customLong("select"),
        help: ArgumentHelp(
            "With csv and jsonl, the members of results to write, such as prompt_id,text,metadata.topic.",
            valueName: "column,…"), transform: ResultColumn.list)
    var columns: [ResultColumn] = []

    @Flag(help: "With csv, write a row per prompt with a column per model, instead of a row per cell.")
    var wide = false

    @Option(
        help: ArgumentHelp(
            "With csv, write this file as it is, row for row, with a column per model beside its own.", valueName: "csv"
        ))
    var join: String?

    @Option(
        help: ArgumentHelp(
            "The column of that file with the prompts' ids (default: id, else the row's number).", valueName: "column"))
    var joinId: String?

    @Sendable
    private static func format(_ text: String) throws -> ExportFormat {
        guard let format = ExportFormat(rawValue: text) else {
            let known = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("`--format` is `\(text)` but must be one of \(known)")
        }
        return format
    }

    private var selection: CellSelection { failures.limit(cells.selection, failed: failed) }

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
        if !columns.isEmpty, ![.csv, .jsonl].contains(format) {
            throw ValidationError("`--select` is for the formats csv and jsonl")
        }
        if wide || join != nil, format != .csv { throw ValidationError("`--wide` and `--join` are for the format csv") }
        if wide, join != nil { throw ValidationError("`--wide` and `--join` exclude each other") }
        if joinId != nil, join == nil { throw ValidationError("`--join-id` is for `--join`") }
        guard format == .dir else { return }
        if selection != CellSelection() {
            throw ValidationError("a run's folder holds all cells; to select some, use --format \(ExportFormat.others)")
        }
        if output == "-" { throw ValidationError("a folder cannot be written to standard output; name a directory") }
    }

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        switch format {
        case .dir: Console.out(try await folder(of: run, Exporter(store: store)))
        case .jsonl: try await write(run, as: .lines(columns), from: store)
        case .csv: try await write(run, as: table, from: store)
        case .markdown: try await write(run, as: .markdown, from: store)
        case .openAIBatch: try await write(run, as: .openAIBatch, from: store)
        case .html:
            let baseline = try await baseline == nil ? nil : store.run(baseline)
            try await PageWriter(store: store).write(run, baseline: baseline, to: target)
        }
    }

    private var table: ResultFormat {
        if let join { return .joined(file: join, id: joinId, columns) }
        return wide ? .wide(columns) : .rows(columns)
    }

    private func write(_ run: Run, as format: ResultFormat, from store: Store) async throws {
        try await store.check(selection, in: run)
        let report = try await Exporter(store: store).write(run, selection, as: format, to: target)
        if report.failedCells > 0 {
            common.say("\(Format.count(report.failedCells, "failed cell")) left out; --failed writes their errors")
        }
        guard report.unmatchedRows > 0, let join else { return }
        common.say("\(Format.count(report.unmatchedRows, "row")) of \(join) without a prompt in run \(run.name)")
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
