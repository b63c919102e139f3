import ArgumentParser
import NllmCore

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all runs, newest first.")

    @OptionGroup var common: CommonOptions

    /// The most blocked runs whose way on is named.
    private static let mostHints = 3

    @Flag(help: "Print one JSON object per line.")
    var json = false

    func run() async throws {
        let store = try common.open()
        var table = Table(
            ("run", .left), ("state", .left), ("cells", .right), ("ok", .right), ("failed", .right), ("left", .right),
            ("cost", .right), ("enqueued", .left))
        var blocked: [String] = []
        for run in try await store.runs() {
            var progress = try await store.progress(of: run)
            if progress.hasWorker { progress = try await store.measured(progress) }
            if progress.state == RunProgress.blocked { blocked.append(run.name) }
            let counts = progress.counts
            if json { Console.out(progress.json) }
            table.add([
                run.name, progress.state, String(counts.total), String(counts[.ok]), String(counts.failed),
                String(counts.left), progress.costText ?? "", Format.time(run.createdAt),
            ])
        }
        if !json { Console.out(table.text) }
        for run in blocked.prefix(Self.mostHints) {
            common.say("run \(run) is blocked; fix what it waits for, then: nllm-batch work \(run)\(common.hint)")
        }
        if blocked.count > Self.mostHints { common.say("and \(blocked.count - Self.mostHints) more blocked runs") }
    }
}
