import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The state of a run, for people.
struct StatusText {
    /// The most lines on a terminal for one reason, as far as its message allows.
    private static let linesOfReason = 2

    let progress: RunProgress
    let failures: [FailureGroup]
    /// What the run came to, if it was evaluated.
    let night: NightResult?
    /// The options that lead to the same database, for commands that are suggested.
    let hint: String

    /// Reads what else there is to say of the state of a run.
    static func read(_ progress: RunProgress, from store: Store, hint: String) async throws -> StatusText {
        let night = try await NightEvaluator(store: store).result(of: progress.run.id)
        return StatusText(
            progress: progress, failures: try await store.failures(of: progress.run), night: night, hint: hint)
    }

    /// All lines, for the width of standard output.
    var lines: [String] {
        var lines = head + [Self.table(progress).text] + Self.fitted(rest)
        // A path stays whole, to be copied.
        if progress.run.hasFolder { lines.append("folder: \(progress.run.folder.oneLine)") }
        return lines.flatMap { $0.split(separator: "\n").map(String.init) }
    }

    private static func fitted(_ lines: [ReportLine]) -> [String] { ReportLine.fitted(lines, most: linesOfReason) }

    /// The state of the run, its counts and its times.
    var head: [String] {
        let run = progress.run
        var times = "enqueued \(Format.time(run.createdAt))"
        if let end = run.finishedAt {
            times += ", finished \(Format.time(end))"
        } else if let end = run.blockedAt {
            times += ", blocked since \(Format.time(end))"
        } else if let start = run.startedAt {
            times += ", started \(Format.time(start))"
        }
        return Self.fitted([
            ReportLine("\(progress.run.name): \(progress.state), \(Format.counts(progress.counts))"),
            ReportLine("  " + times),
        ])
    }

    /// What the gates of the run came to; empty if it has none, or was not evaluated.
    var gates: [String] {
        guard let night, !night.gates.isEmpty else { return [] }
        return ["gates: \(night.verdictSentence); see: nllm-batch gate \(progress.run.name)\(hint)"]
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

    private var rest: [ReportLine] {
        let waits = progress.models.compactMap { model in model.wait.map { $0.line(model.label + ": ") } }
        return waits + failures.map { $0.line() } + (gates + remedies).map { ReportLine($0) }
    }

    private var remedies: [String] {
        var lines: [String] = []
        if failures.contains(where: { !$0.isOK }) {
            // Those of a blocked run are run again together with what is left.
            let again =
                progress.state == RunProgress.blocked
                ? "" : "; run them again with: nllm-batch retry \(progress.run.name)\(hint)"
            lines.append("see failures with: nllm-batch show \(progress.run.name) --failed\(hint)\(again)")
        }
        if progress.state == RunProgress.blocked {
            lines.append("fix what it waits for, then: nllm-batch work \(progress.run.name)\(hint)")
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
