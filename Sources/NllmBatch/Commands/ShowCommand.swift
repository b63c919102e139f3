import ArgumentParser
import NllmCore

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show cells of a run with their attempts and outputs.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var cells: SelectionOptions
    @OptionGroup var failures: FailureOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Flag(help: "Print one JSON object per line.")
    var json = false

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        let selection = failures.limit(cells.selection)
        try await store.check(selection, in: run)
        let json = json
        var prompt: String?
        try store.forEachCell(of: run, selection) { cell in
            if json { Console.out(cell.json) } else { Console.out(Self.text(cell, showsPrompt: cell.prompt != prompt)) }
            prompt = cell.prompt
        }
    }

    /// The cell for people; of several cells that ask the same, the first one shows the prompt.
    private static func text(_ cell: CellRecord, showsPrompt: Bool) -> String {
        let name = CellName.text(cell.model, prompt: cell.prompt, sample: cell.sample)
        var lines = ["\(name) \(cell.status.rawValue)".oneLine]
        if showsPrompt {
            let texts = cell.turns.isEmpty ? [cell.text] : cell.turns
            lines += ["  prompt:"] + texts.flatMap(\.printedLines).map { "    | \($0)" }
        }
        if let notBefore = cell.notBefore { lines.append("  not before \(Timestamp.utc(notBefore))") }
        if let pause = cell.pause { lines.append("  model \(pause.text)") }
        if let verdict = cell.verdict { lines += Self.lines(verdict.passed, verdict.score, verdict.asserts) }
        for attempt in cell.attempts {
            let number = attempt.number.map { "attempt \($0)" } ?? "interrupted attempt"
            let duration = Format.duration(Double(attempt.duration) / 1000)
            lines.append("  \(number): \(attempt.outcome), exit code \(attempt.exitCode), \(duration)")
            if let served = Self.served(attempt, askedFor: cell.model) { lines += ReportLine.fitted([served]) }
            if let failure = attempt.failure {
                lines += ReportLine.fitted([ReportLine("    \(failure)")])
            }
            for text in attempt.earlier + [attempt.text ?? ""] where !text.isEmpty {
                lines += text.printedLines.map { "    | \($0)" }
            }
        }
        return lines.joined(separator: "\n")
    }

    /// What the provider said of the answer, unless it is what was to be expected; nil if nothing is left.
    private static func served(_ attempt: CellRecord.Attempt, askedFor model: String) -> ReportLine? {
        let name = attempt.servedModel == model ? nil : attempt.servedModel
        let reason = attempt.finishReason == "stop" ? nil : attempt.finishReason
        let words = [
            name.map { "served by \($0)" }, attempt.servedFingerprint.map { "fingerprint \($0)" },
            reason.map { "finish reason \($0)" },
        ].compactMap(\.self)
        return words.isEmpty ? nil : ReportLine("    " + words.joined(separator: ", "))
    }

    /// Whether the answer passed, and what its assertions said unless they all passed.
    private static func lines(_ passed: Bool?, _ score: Double?, _ asserts: JSONValue) -> [String] {
        let word = passed.map { $0 ? "passed" : "did not pass" } ?? "no verdict"
        var lines = ["  \(word)" + (score.map { ", score \(Format.score($0))" } ?? "")]
        guard passed != true, case .array(let asserts) = asserts else { return lines }
        for assert in asserts where assert["pass"] != .bool(true) {
            let type = assert["type"]?.stringValue ?? "", reason = assert["reason"]?.stringValue ?? ""
            lines += ReportLine.fitted([ReportLine("    \(type): \(reason)")])
        }
        return lines
    }
}
