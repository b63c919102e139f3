import ArgumentParser
import NllmCore

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all runs, newest first.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print one JSON object per line.")
    var json = false

    func run() async throws {
        let store = try common.open()
        var table = Table(
            ("run", .left), ("state", .left), ("cells", .right), ("ok", .right), ("failed", .right), ("left", .right),
            ("created", .left))
        for run in try await store.runs() {
            let progress = try await store.progress(of: run)
            let counts = progress.counts
            if json { Console.out(progress.json) }
            table.add([
                run.name, progress.state, String(counts.total), String(counts[.ok]), String(counts.failed),
                String(counts.left), Timestamp.utc(run.createdAt),
            ])
        }
        if !json { Console.out(table.text) }
    }
}
