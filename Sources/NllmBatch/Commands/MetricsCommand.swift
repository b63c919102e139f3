import ArgumentParser
import NllmCore

struct MetricsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics",
        abstract: "Print the state of a run in Prometheus' text format.",
        discussion: "`work --metrics FILE` writes the same to a file while it works.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    func run() async throws {
        let store = try common.open()
        var metrics = RunMetrics(store: store)
        Console.out(try await metrics.text(of: [store.run(run)]), terminator: "")
    }
}
