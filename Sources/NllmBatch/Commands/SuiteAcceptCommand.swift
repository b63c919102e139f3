import ArgumentParser
import NllmCore

struct SuiteAcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Take the last evaluated night of a series as the new normal.",
        discussion: """
            The history then begins with that night, whatever its verdict, and none of its prompts counts as broken; with \
            --prompt, for that prompt alone. SERIES is its name, or the suite's path.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The series.", valueName: "series"))
    var series: String

    @Option(name: .shortAndLong, help: ArgumentHelp("Only this prompt; repeatable.", valueName: "id"))
    var prompt: [String] = []

    func run() async throws {
        let store = try common.open()
        let night = try await SeriesEditor(store: store).accept(series, prompts: prompt)
        let what =
            prompt.isEmpty ? "night \(night)" : "\(prompt.map { "`\($0)`" }.joined(separator: ", ")) of night \(night)"
        common.say("series \(series): \(what) is the new normal")
    }
}
