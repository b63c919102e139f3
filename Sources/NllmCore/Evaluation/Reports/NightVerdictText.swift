extension NightResult {
    /// The word that a report begins with.
    package var verdictWord: String {
        switch passed {
        case true?: "PASSED"
        case false?: "FAILED"
        case nil: "NO GATE"
        }
    }

    /// What the gates came to or, without any, what was found; begins with ``verdictWord``.
    package var verdictSentence: String { "\(verdictWord): " + (gates.isEmpty ? finding : gateCounts) }

    private var gateCounts: String {
        let failed = gates.count { $0.result == .failed }
        let unclear = gates.count { $0.result == .cannotBeEvaluated }
        let all = Format.count(gates.count, "gate")
        guard failed + unclear > 0 else { return all + (gates.count == 1 ? " holds" : " hold") }
        guard unclear > 0 else { return "\(failed) of \(all) failed" }
        let words = "cannot be evaluated"
        return failed > 0 ? "\(failed) of \(all) failed, \(unclear) \(words)" : "\(unclear) of \(all) \(words)"
    }

    /// What a night without gates says.
    private var finding: String {
        let comparisons = models.compactMap(\.comparison)
        let found = [
            (comparisons.count { $0.verdict == .worse }, "model", "worse"),
            (comparisons.count { $0.verdict == .cannotTell }, "model", "not comparable"),
            (comparisons.reduce(0) { $0 + $1.broken.count }, "prompt", "broken"),
            (comparisons.reduce(0) { $0 + $1.unconfirmed.count }, "prompt", "unconfirmed"),
        ].filter { $0.0 > 0 }.map { "\(Format.count($0.0, $0.1)) \($0.2)" }
        if !found.isEmpty { return found.joined(separator: ", ") }
        if comparisons.contains(where: { $0.verdict != .new }) { return "no drop found" }
        return totals.passRate.map { "\(NightTable.percent($0)) of answers pass" } ?? "no answer has a verdict"
    }

    /// The size of the night, what it is held against, and its names, which may be long, last.
    var occasion: String {
        var parts = [Format.count(totals.cells, "cell"), NightTable.cost(totals)]
        switch run.baseline {
        case "history"?: parts.append("against the history")
        case "last"?: parts.append("against the last night")
        case "best"?: parts.append("against the best night")
        case let name?: parts.append("against \(Table.shorten(name.oneLine, to: 30))")
        case nil: break
        }
        switch run.state {
        case .finished: break
        case .blocked: parts.append("blocked, as it stands")
        case .replaced: parts.append("replaced by a later night")
        }
        return parts.joined(separator: ", ") + ": " + run.name + (run.series.map { " of \($0)" } ?? "")
    }
}

extension NightModel {
    /// Whether `no_regression` fails because of it.
    var fails: Bool {
        guard let comparison else { return false }
        return comparison.verdict == .worse || comparison.verdict == .cannotTell || !comparison.broken.isEmpty
            || !comparison.unconfirmed.isEmpty
    }
}

extension NightModel.BrokenPrompt {
    /// Since when it is broken, as told on a night.
    func sinceText(on night: NightRun) -> String {
        since >= night.createdAt ? "since tonight" : "since \(Timestamp.local(since).prefix(10))"
    }
}
