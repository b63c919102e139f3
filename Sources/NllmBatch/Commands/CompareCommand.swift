import ArgumentParser
import NllmCore

struct CompareCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Compare a run's answers with those of an earlier run, or two models of one run.",
        discussion: """
            Prompts are paired by their ids, and models by their labels. `compare RUN` compares it with the run before that \
            was read from one of the same sources, `compare EARLIER LATER` two runs, and `compare RUN -m A -m B` model B \
            with model A.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(
        help: ArgumentHelp("The run, or the earlier and the later one (default: the newest run).", valueName: "run"))
    var runs: [String] = []

    @Option(
        name: [.customLong("model"), .short],
        help: ArgumentHelp("Only this model; repeatable. Two models of one run are compared.", valueName: "model"))
    var models: [String] = []

    @Option(help: ArgumentHelp("Also append the comparison to this file, as Markdown.", valueName: "file"))
    var markdown: String?

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws {
        if runs.count > 2 { throw ValidationError("`compare` takes at most two runs, the earlier one first") }
        if markdown?.isEmpty == true { throw ValidationError("`--markdown` is empty; name a file") }
    }

    func run() async throws {
        let report = try await report(common.open())
        if let markdown { try MarkdownFile.append(to: markdown, report.markdown) }
        if json { Console.out(report.json) } else { Console.out(report.text) }
    }

    private func report(_ store: Store) async throws -> ComparisonReport {
        let run = try await store.run(runs.last)
        if runs.count < 2, models.count == 2 {
            let comparison = try await store.comparison(of: run, model: models[1], with: models[0])
            return ComparisonReport(comparison, before: (run.name, models[0]), now: (run.name, models[1]))
        }
        let before = try await runs.count == 2 ? store.run(runs[0]) : store.runBefore(run)
        guard let before else {
            throw NllmError.usage(
                "run \(run.name) has no run before it from the same sources; name two runs, the earlier one first")
        }
        let comparison = try await store.comparison(of: run, with: before, models: models)
        return ComparisonReport(comparison, before: (before.name, nil), now: (run.name, nil))
    }
}
