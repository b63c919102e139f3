import ArgumentParser
import FoundationEssentials
import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List all runs, newest first.")

    @OptionGroup var common: CommonOptions

    /// The most blocked runs whose way on is named.
    private static let mostHints = 3

    @Flag(help: "Print one JSON object per line.")
    var json = false

    func run() async throws {
        let store = try common.open()
        var runs: [RunProgress] = []
        for run in try await store.runs() {
            var progress = try await store.progress(of: run)
            if progress.hasWorker { progress = try await store.measured(progress) }
            if json { Console.out(progress.json) }
            runs.append(progress)
        }
        if !json { Console.out(Self.text(runs)) }
        let blocked = runs.filter { $0.state == RunProgress.blocked }.map(\.run.name)
        for run in blocked.prefix(Self.mostHints) {
            common.say("run \(run) is blocked; fix what it waits for, then: nllm-batch work \(run)\(common.hint)")
        }
        if blocked.count > Self.mostHints { common.say("and \(blocked.count - Self.mostHints) more blocked runs") }
    }

    /// The table, with ages alone where times do not fit.
    private static func text(_ runs: [RunProgress]) -> String {
        let columns = Terminal(STDOUT_FILENO)?.columns
        let (times, ages) = (table(runs) { Format.time($0) }, table(runs) { Format.age($0) })
        return times.fitsUncut(columns) || !ages.fits(columns) ? times.text : ages.text
    }

    private static func table(_ runs: [RunProgress], enqueued: (Date) -> String) -> Table {
        var table = Table(
            ("run", .left), ("state", .left), ("cells", .right), ("ok", .right), ("failed", .right), ("left", .right),
            ("cost", .right), ("enqueued", .left))
        for progress in runs {
            let counts = progress.counts
            table.add([
                progress.run.name, progress.state, String(counts.total), String(counts[.ok]), String(counts.failed),
                String(counts.left), progress.costText ?? "", enqueued(progress.run.createdAt),
            ])
        }
        return table
    }
}
