import ArgumentParser
import NllmCore

struct TrendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trend",
        abstract: "Show the nights of a series: verdicts, pass rates, latency, cost, and prompts that changed.",
        discussion: "SERIES is its name, or the suite's path.")

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The series.", valueName: "series"))
    var series: String

    @Option(help: ArgumentHelp("The number of nights, counted from the last one.", valueName: "number"))
    var last = 10

    @Option(help: ArgumentHelp("Also append the nights to this file, as Markdown.", valueName: "file"))
    var markdown: String?

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws {
        if last < 1 { throw ValidationError("`--last` is \(last) but must be at least 1") }
        if markdown?.isEmpty == true { throw ValidationError("`--markdown` is empty; name a file") }
    }

    func run() async throws {
        let store = try common.open()
        let series = try await SeriesEditor(store: store).find(series)
        let report = TrendReport(trend: try await store.trend(of: series, last: last))
        if let markdown { try MarkdownFile.append(to: markdown, report.markdown) }
        if json { Console.out(report.json) } else { Console.out(report.text) }
    }
}
