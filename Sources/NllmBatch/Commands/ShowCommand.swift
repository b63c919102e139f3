import ArgumentParser
import NllmCore

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show what a run came to, some of its cells in full, or two models' answers word by word.",
        discussion: """
            Without a selection, shows a digest: counts, a failure of each kind, the slowest and dearest results, and all \
            cells of a run that has at most three. With --prompt, cells have the reasons of all their scores and the \
            command to send them by hand. Long output goes through $PAGER on a terminal (default: less; PAGER=cat for none).
            """)

    /// The most cells that are shown below a digest.
    private static let fewCells = 3

    @OptionGroup var common: CommonOptions
    @OptionGroup var cells: SelectionOptions

    @Flag(help: "Only cells that failed or timed out, or whose answers do not pass their assertions.")
    var failed = false

    @OptionGroup var failures: FailureOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Option(
        help: ArgumentHelp(
            "The words in which the answers of these two models differ, for each prompt.", valueName: "A,B"))
    var diff: String?

    @Option(help: ArgumentHelp("At most this many cells or, with --diff, prompts.", valueName: "number"))
    var limit: Int?

    @Flag(help: "Print one JSON object per line.")
    var json = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("`--limit` is \(limit) but must be at least 1") }
        guard diff != nil else { return }
        if json { throw ValidationError("`--diff` is for people; compare the texts of `show --json`") }
        if failed || !cells.models.isEmpty || !failures.kinds.isEmpty {
            throw ValidationError("`--diff` takes only `--prompt` and `--limit` beside it")
        }
    }

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        var selection = failures.limit(cells.selection, failed: failed)
        selection.includesRejected = failed
        try await store.check(selection, in: run)
        if let diff { return try showDifferences(try await store.modelPair(diff, in: run), in: run, store) }
        guard !json, selection == CellSelection(), limit == nil else {
            return try json ? showObjects(of: run, selection, store) : showCells(of: run, selection, store)
        }
        let digest = try await DigestText.read(run, from: store, hint: common.hint)
        guard digest.status.progress.counts.total <= Self.fewCells else {
            Console.out(digest.lines, colored: false)
            return
        }
        try showCells(of: run, selection, store, below: digest.lines)
    }

    private func showObjects(of run: Run, _ selection: CellSelection, _ store: Store) throws {
        var left = limit ?? .max
        try store.forEachCell(of: run, selection) { cell in
            left -= 1
            return !Console.out(cell.json) || left == 0
        }
    }

    private func showCells(
        of run: Run, _ selection: CellSelection, _ store: Store, below digest: [StyledText] = []
    ) throws {
        let isWhole = !selection.prompts.isEmpty || !digest.isEmpty
        try LongOutput.run { output in
            if !digest.isEmpty { output.print(digest + [StyledText()]) }
            var (left, prompt): (Int, String?) = (limit ?? .max, nil)
            try store.forEachCell(of: run, selection) { cell in
                let text = CellText(cell: cell, showsPrompt: cell.prompt != prompt, isWhole: isWhole)
                (left, prompt) = (left - 1, cell.prompt)
                return !output.print(text.lines) || left == 0
            }
        }
    }

    private func showDifferences(_ models: (first: String, second: String), in run: Run, _ store: Store) throws {
        try LongOutput.run { output in
            var (left, equal) = (limit ?? .max, 0)
            try store.forEachPair(of: run, models, prompts: cells.prompts) { pair in
                guard !pair.isEqual else {
                    equal += 1
                    return false
                }
                left -= 1
                let text = DifferenceText(pair: pair, models: models, colored: output.colored)
                return !output.print(text.lines) || left == 0
            }
            guard left > 0, equal > 0 else { return }
            output.print([StyledText("\(Format.count(equal, "prompt")) with equal answers")])
        }
    }
}
