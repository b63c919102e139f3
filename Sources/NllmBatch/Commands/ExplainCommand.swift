import ArgumentParser
import NllmCore

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a cell was asked again, kept, reused or skipped, and what of its request changed.",
        discussion: """
            A cell is compared with the one that it replaced when the run was edited, else with the cell of the same id \
            and model in the run before that was read from one of the same sources.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var cells: SelectionOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Option(help: ArgumentHelp("Only this sample.", valueName: "number"))
    var sample: Int?

    @Flag(help: "Print one JSON object per line.")
    var json = false

    func validate() throws {
        if cells.prompts.isEmpty { throw ValidationError("name a prompt with --prompt ID") }
        if let sample, sample < 1 { throw ValidationError("`--sample` is \(sample) but must be at least 1") }
    }

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        let explanations = try await store.explanations(of: run, cells.selection, sample: sample)
        if json { return explanations.forEach { Console.out($0.json) } }
        for same in Self.grouped(explanations) { Console.out(Self.text(same)) }
    }

    /// The samples of one cell about which the same is to be said, together.
    private static func grouped(_ explanations: [CellExplanation]) -> [[CellExplanation]] {
        explanations.reduce(into: []) { groups, next in
            if let last = groups.last?.last, (last.prompt, last.model) == (next.prompt, next.model),
                last.sentence == next.sentence, last.details == next.details
            {
                groups[groups.count - 1].append(next)
            } else {
                groups.append([next])
            }
        }
    }

    private static func text(_ group: [CellExplanation]) -> String {
        let (first, count) = (group[0], group.count)
        let name = CellName.text(first.model, prompt: first.prompt, sample: first.sample)
        let more = count > 1 ? " and \(count - 1) more \(count == 2 ? "sample" : "samples")" : ""
        let last = count == 1 ? first.lastAttempt.map { ["  " + $0] } ?? [] : []
        let lines = ["\(name)\(more): \(first.sentence)"] + first.details.map { "  " + $0 } + last
        return ReportLine.fitted(lines.map { ReportLine($0) }).joined(separator: "\n")
    }
}
