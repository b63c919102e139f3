import NllmCore

/// A cell with its attempts, for people.
struct CellText {
    let cell: CellRecord
    /// Whether the prompt is shown; of several cells that ask the same, the first one does.
    var showsPrompt = true
    /// Whether what usually goes without saying is shown as well.
    var isWhole = false

    var lines: [StyledText] { texts.map { StyledText($0) } }

    private var texts: [String] {
        let name = CellName.text(cell.model, prompt: cell.prompt, sample: cell.sample)
        var lines = ["\(name) \(cell.status.rawValue)".oneLine]
        if showsPrompt {
            if isWhole, let system = cell.system {
                lines += ["  system:"] + system.printedLines.map { "    | \($0)" }
            }
            let texts = [cell.messages, cell.turns].first { !$0.isEmpty } ?? [cell.text]
            lines += ["  prompt:"] + texts.flatMap(\.printedLines).map { "    | \($0)" }
        }
        if let notBefore = cell.notBefore { lines.append("  not before \(Timestamp.utc(notBefore))") }
        if let pause = cell.pause { lines += ReportLine.fitted([ReportLine("  model \(pause.text)")]) }
        if let verdict = cell.verdict { lines += self.lines(verdict.passed, verdict.score, verdict.asserts) }
        for attempt in cell.attempts { lines += self.lines(attempt) }
        // As it is, to be copied; its further lines are part of a word.
        if isWhole, let line = cell.shellLine { lines += ["  run it by hand:"] + ("    " + line).printedLines }
        return lines
    }

    private func lines(_ attempt: CellRecord.Attempt) -> [String] {
        let number = attempt.number.map { "attempt \($0)" } ?? "interrupted attempt"
        let duration = Format.duration(Double(attempt.duration) / 1000)
        var lines = ["  \(number): \(attempt.outcome), exit code \(attempt.exitCode), \(duration)".oneLine]
        if let served = served(attempt) { lines += ReportLine.fitted([served]) }
        if let failure = attempt.failure { lines += ReportLine.fitted([ReportLine("    \(failure)")]) }
        for text in attempt.earlier + [attempt.text ?? ""] where !text.isEmpty {
            lines += text.printedLines.map { "    | \($0)" }
        }
        return lines
    }

    /// What the provider said of the answer, unless it is what was to be expected; nil if nothing is left.
    private func served(_ attempt: CellRecord.Attempt) -> ReportLine? {
        let name = attempt.servedModel == cell.model ? nil : attempt.servedModel
        let reason = attempt.finishReason == "stop" ? nil : attempt.finishReason
        let words = [
            name.map { "served by \($0)" }, attempt.servedFingerprint.map { "fingerprint \($0)" },
            reason.map { "finish reason \($0)" },
        ].compactMap(\.self)
        return words.isEmpty ? nil : ReportLine("    " + words.joined(separator: ", "))
    }

    /// Whether the answer passed, and what its assertions said unless they all passed.
    private func lines(_ passed: Bool?, _ score: Double?, _ asserts: JSONValue) -> [String] {
        let word = passed.map { $0 ? "passed" : "did not pass" } ?? "no verdict"
        var lines = ["  \(word)" + (score.map { ", score \(Format.score($0))" } ?? "")]
        guard isWhole || passed != true, case .array(let asserts) = asserts else { return lines }
        for assert in asserts {
            let isPassed = assert["pass"] == .bool(true)
            guard isWhole || !isPassed else { continue }
            let type = assert["type"]?.stringValue ?? "", reason = assert["reason"]?.stringValue ?? ""
            let words = [isPassed ? "\(type) passed" : type, reason].filter { !$0.isEmpty }.joined(separator: ": ")
            lines += ReportLine.fitted([ReportLine("    " + words)])
        }
        return lines
    }
}
