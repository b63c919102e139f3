import ArgumentParser
import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the progress of a run: counts by state and model, failures, rate, cost.")

    /// The most lines on a terminal for one reason, as far as its message allows.
    private static let linesOfReason = 2

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() async throws {
        let store = try common.open()
        let progress = try await store.measured(store.progress(of: try await store.run(run)))
        if json { return Console.out(try await store.document(of: progress)) }
        let failures = try await store.failures(of: progress.run)
        var lines =
            Self.fitted(Self.head(progress)) + [Self.table(progress).text] + Self.fitted(rest(progress, failures))
        // A path stays whole, to be copied.
        if progress.run.hasFolder { lines.append("folder: \(progress.run.folder.oneLine)") }
        Console.out(lines.joined(separator: "\n"))
    }

    private static func fitted(_ lines: [ReportLine]) -> [String] { ReportLine.fitted(lines, most: linesOfReason) }

    private static func head(_ progress: RunProgress) -> [ReportLine] {
        let run = progress.run
        var times = "enqueued \(Format.time(run.createdAt))"
        if let end = run.finishedAt {
            times += ", finished \(Format.time(end))"
        } else if let end = run.blockedAt {
            times += ", blocked since \(Format.time(end))"
        } else if let start = run.startedAt {
            times += ", started \(Format.time(start))"
        }
        return [
            ReportLine("\(progress.run.name): \(progress.state), \(Format.counts(progress.counts))"),
            ReportLine("  " + times),
        ]
    }

    private static func table(_ progress: RunProgress) -> Table {
        var table = Table(
            ("model", .left), ("done", .right), ("failed", .right), ("cancelled", .right), ("running", .right),
            ("passed", .right), ("no verdict", .right), ("p50", .right), ("tokens in/out", .right), ("cost", .right))
        for model in progress.models {
            let counts = model.counts
            table.add([
                model.label, "\(counts.ended)/\(counts.total)", String(counts.failed), String(counts[.cancelled]),
                counts[.running] > 0 ? "\(counts[.running])" + (model.allowed.map { " of \($0)" } ?? "") : "",
                model.passedText, model.unjudgedText, model.pace.median.map(Format.duration) ?? "", model.tokensText,
                model.cost.map(Format.dollars) ?? "",
            ])
        }
        return table
    }

    private func rest(_ progress: RunProgress, _ failures: [FailureGroup]) -> [ReportLine] {
        let waits = progress.models.compactMap { model in model.wait.map { $0.line(model.label + ": ") } }
        return waits + failures.map { $0.line() } + remedies(progress, failures).map { ReportLine($0) }
    }

    private func remedies(_ progress: RunProgress, _ failures: [FailureGroup]) -> [String] {
        var lines: [String] = []
        if failures.contains(where: { !$0.isOK }) {
            // Those of a blocked run are run again together with what is left.
            let again =
                progress.state == RunProgress.blocked
                ? "" : "; run them again with: nllm-batch retry \(progress.run.name)\(common.hint)"
            lines.append("see failures with: nllm-batch show \(progress.run.name) --failed\(common.hint)\(again)")
        }
        if progress.state == RunProgress.blocked {
            lines.append("fix what it waits for, then: nllm-batch work \(progress.run.name)\(common.hint)")
        }
        if let rate = progress.rate {
            lines.append(
                "rate: \(Format.rate(rate))" + (progress.remaining.map { ", ~\(Format.duration($0)) left" } ?? ""))
        }
        let unpriced = Self.unpriced(progress)
        if let cost = progress.costText {
            lines.append("cost: \(([cost] + unpriced).joined(separator: "; ")) (estimated)")
        } else if progress.models.contains(where: { !$0.unpricedOptions.isEmpty && $0.counts.ended > 0 }) {
            lines.append("cost: " + unpriced.joined(separator: "; "))
        }
        return lines
    }

    /// What has no price: models as a whole, and options of others.
    private static func unpriced(_ progress: RunProgress) -> [String] {
        let asked = progress.models.filter { $0.counts.ended > 0 }
        let options = Set(asked.flatMap(\.unpricedOptions)).sorted().map {
            $0.isEmpty ? "requests without options" : $0
        }
        let count = asked.count { $0.cost == nil && $0.unpricedOptions.isEmpty }
        return (count > 0 ? ["no price for \(count) of \(asked.count) models"] : [])
            + options.map { "no price for " + $0.oneLine }
    }
}
