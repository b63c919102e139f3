/// A night as lines for a terminal, the verdict first.
///
/// It fits a terminal of 80 × 24, whatever the night has: what does not is counted.
package struct NightText {
    private static let columns = 80
    /// One line less than a terminal has, so that the first one stays when the shell asks for the next command.
    private static let rows = 23
    private static let indent = "  "

    private let night: NightResult

    private init(_ night: NightResult) { self.night = night }

    /// The lines, without colors; the first one begins with the night's ``NightResult/verdictWord``.
    ///
    /// - Parameters:
    ///   - night: the night.
    ///   - hint: the options that lead to the same database, for the command of the last line.
    /// - Returns: at most 23 lines of at most 80 columns.
    package static func lines(_ night: NightResult, hint: String = "") -> [String] {
        let text = NightText(night)
        let sections = text.sections.filter { !$0.items.isEmpty }
        let lines =
            [night.verdictSentence, night.occasion] + ReportSection.lines(sections, rows: rows - 3)
            + [text.command(hint: hint)]
        return lines.map { Table.shorten($0.oneLine, to: columns) }
    }

    /// In the order in which they are shown.
    private var sections: [ReportSection] { [gates, models, broken, remarks, events, excerpts] }

    // MARK: Gates

    private var gates: ReportSection {
        let failing =
            night.gates.filter { $0.result == .failed } + night.gates.filter { $0.result == .cannotBeEvaluated }
        let passing = night.gates.filter { $0.result == .passed }
        return ReportSection(
            items: failing.map { item($0, lines: 3) } + passing.map { item($0, lines: 1) }, rank: 0,
            least: min(failing.count, 3)
        ) { "\(Self.indent)and \(Format.count($0, "more gate"))" }
    }

    /// A gate with its reason on a few lines.
    private func item(_ gate: NightGate, lines most: Int) -> ReportSection.Item {
        let word =
            switch gate.result {
            case .passed: "passed"
            case .failed: "failed"
            case .cannotBeEvaluated: "cannot be evaluated"
            }
        let words = "\(Table.shorten(gate.gate.oneLine, to: 40)): \(gate.reason.oneLine)".split(separator: " ")
        let wrapped = PackedLines.items(
            words.map(String.init), separator: " ", first: "\(Self.indent)\(word): ", indent: Self.indent + Self.indent,
            columns: Self.columns)
        var lines = wrapped.prefix(most).map(\.lines[0])
        if wrapped.count > most { lines[most - 1] = Table.cut(lines[most - 1], to: Self.columns - 2) + " …" }
        return ReportSection.Item(lines: lines)
    }

    // MARK: Models

    private var models: ReportSection {
        let lines = NightTable(night.models).lines(columns: Self.columns - Self.indent.count).map { Self.indent + $0 }
        return ReportSection(
            heading: [lines[0]], items: lines.dropFirst().map { ReportSection.Item(lines: [$0]) }, rank: 1, least: 3
        ) { "\(Self.indent)and \(Format.count($0, "more model"))" }
    }

    private var broken: ReportSection {
        let names = night.models.flatMap { model in
            (model.comparison?.broken ?? []).map { name($0.id, of: model, since: $0.sinceText(on: night.run)) }
        }
        let items = PackedLines.items(
            names, separator: ", ", first: "\(Self.indent)broken: ", indent: Self.indent + Self.indent,
            columns: Self.columns)
        return ReportSection(items: items, rank: 2, least: 3) { "\(Self.indent)and \($0) more broken" }
    }

    /// A prompt and its model, each cut where it is long.
    private func name(_ id: String, of model: NightModel, since: String? = nil) -> String {
        let (id, label) = (id.oneLine, model.label.oneLine)
        let details = [Table.shorten(label, to: Self.longestName)] + [since].compactMap(\.self)
        return "\(Table.shorten(id, to: Self.longestName)) (\(details.joined(separator: ", ")))"
    }

    private static let longestName = 24

    /// What else there is to know of prompts and models, a line each.
    private var remarks: ReportSection {
        let comparisons = night.models.compactMap(\.comparison)
        func names(_ ids: (NightModel.Comparison) -> [String]) -> [String] {
            night.models.flatMap { model in
                (model.comparison.map(ids) ?? []).map { name($0, of: model) }
            }
        }
        func sum(_ ids: (NightModel.Comparison) -> [String], _ word: String) -> String? {
            let count = comparisons.reduce(0) { $0 + ids($1).count }
            return count > 0 ? "\(count) \(word)" : nil
        }
        let left = [sum(\.new, "new"), sum(\.gone, "gone"), sum(\.withoutVerdict, "without verdict")]
        let lists = [
            ("unconfirmed", names(\.unconfirmed)), ("flaky", names(\.flaky)),
            ("suspected and not asked again", names(\.notAsked)), ("models not asked this time", night.goneModels),
            ("prompts not compared", left.compactMap(\.self)), ("metrics", night.metricTexts),
            ("also asked", night.requestTexts),
        ]
        let lines = lists.filter { !$0.1.isEmpty }.map {
            PackedLines.line("\(Self.indent)\($0.0): ", $0.1, columns: Self.columns)
        }
        return ReportSection(items: lines.map { ReportSection.Item(lines: [$0]) }, rank: 4, least: 2) {
            "\(Self.indent)and \(Format.count($0, "more remark"))"
        }
    }

    // MARK: Events and excerpts

    private var events: ReportSection {
        ReportSection(
            items: night.events.map { ReportSection.Item(lines: [Self.indent + $0]) }, rank: 3, least: 2
        ) { "\(Self.indent)and \(Format.count($0, "more event"))" }
    }

    private var excerpts: ReportSection {
        let items = night.excerpts.prefix(NightExcerpt.most).map { excerpt in
            let id = Table.shorten(excerpt.id.oneLine, to: Self.longestName)
            let label = Table.shorten(excerpt.label.oneLine, to: Self.longestName)
            let answer = excerpt.answer.isEmpty ? "(no answer)" : "> \(excerpt.answer)"
            return ReportSection.Item(
                lines: ["\(Self.indent)\(id) (\(label)): \(excerpt.reason)", "\(Self.indent)\(Self.indent)\(answer)"])
        }
        return ReportSection(items: items, rank: 5, least: 1) {
            "\(Self.indent)and \(Format.count($0, "more answer"))"
        }
    }

    // MARK: What to do next

    /// The command that shows more of what is wrong; the prompt is left out where it makes it too long.
    private func command(hint: String) -> String {
        let prompt =
            night.models.lazy.compactMap(\.comparison?.broken.first?.id).first
            ?? night.models.lazy.compactMap(\.comparison?.unconfirmed.first).first ?? night.excerpts.first?.id
        let show = "nllm-batch show \(ShellWord.quote(night.run.name))"
        let rest = night.totals.errors > 0 ? [" --failed", ""] : [""]
        let option = prompt.map { " --prompt\($0.hasPrefix("-") ? "=" : " ")\(ShellWord.quote($0))" }
        let choices = [option].compactMap(\.self) + rest
        let commands = choices.map { "next: \(show)\($0)\(hint)" }
        return commands.first { Table.width($0) <= Self.columns && $0.oneLine == $0 } ?? commands[commands.count - 1]
    }
}

extension NightResult {
    /// Each metric that has a value, by name.
    var metricTexts: [String] {
        metrics.sorted { $0.key < $1.key }.compactMap { name, value in
            value.map { "\(name) \(DecimalText.rounded($0, places: 3))" }
        }
    }

    /// The requests on behalf of its answers.
    var requestTexts: [String] {
        let judges = judging.map { judging in
            let silent = (judging.noVerdicts ?? 0) > 0 ? "\(judging.noVerdicts ?? 0) without verdict, " : ""
            return "\(judging.cells) × judge (\(silent)\(Format.dollars(judging.cost)))"
        }
        let confirming = confirming.map { "\($0.cells) × to confirm (\(Format.dollars($0.cost)))" }
        return [judges, confirming].compactMap(\.self)
    }
}
