import NllmCore

/// What is reported about the runs at the end: counts, why cells failed, where the artifacts are.
struct Summary {
    private static let title = "Summary"
    /// A narrower terminal has no room for a box.
    private static let leastColumns = 24
    /// The most columns of a model's name.
    private static let mostName = 28
    /// The most groups of failures of a run that are reported one by one.
    private static let mostGroups = 8
    /// The most lines of the box for one reason, as far as its message allows.
    private static let linesOfReason = 2
    private static let indent = "  "

    private enum Part {
        case line(ReportLine)
        case table(Table)
    }

    private var parts: [Part] = []
    private var isGood = true

    /// Adds a run.
    ///
    /// - Parameters:
    ///   - progress: the run.
    ///   - seconds: how long this worker has worked on it; nil if it has not.
    ///   - left: why cells were not executed.
    ///   - failures: why cells failed.
    ///   - hint: the options that lead to the same database.
    mutating func add(
        _ progress: RunProgress, seconds: Double?, left: [CellsLeft], failures: [FailureGroup], hint: String
    ) {
        isGood = isGood && progress.counts[.ok] == progress.counts.total
        let time = seconds.map { " in \(Format.duration($0))" } ?? ""
        parts.append(.line(ReportLine(progress.sentence + time)))
        // Of a single cell, its answer says it all.
        if progress.counts.total > 1 { parts.append(.table(Self.table(progress))) }
        var reasons = left.map { $0.line(Self.indent, hint: hint) }
        reasons += failures.prefix(Self.mostGroups).map { $0.line(Self.indent) }
        reasons += Self.rest(failures.dropFirst(Self.mostGroups)).map { ReportLine(Self.indent + $0) }
        if failures.contains(where: { !$0.isOK }) {
            reasons.append(
                ReportLine("\(Self.indent)see them with: nllm-batch show \(progress.run.name) --failed\(hint)"))
        }
        let place =
            progress.run.hasFolder
            ? "artifacts: \(progress.run.folder)" : "results: nllm-batch show \(progress.run.name)\(hint)"
        reasons.append(ReportLine(Self.indent + place))
        parts += reasons.map(Part.line)
    }

    /// A row per model.
    private static func table(_ progress: RunProgress) -> Table {
        var table = Table(
            ("model", .left), ("ok", .right), ("failed", .right), ("left", .right), ("cancelled", .right),
            ("passed", .right), ("no verdict", .right), ("p50", .right), ("tokens in/out", .right), ("cost", .right))
        for model in progress.models {
            table.add([
                Table.fit(model.label, to: min(Table.width(model.label), mostName)), String(model.counts[.ok]),
                String(model.counts.failed), String(model.counts.left), String(model.counts[.cancelled]),
                model.passedText, model.unjudgedText, model.pace.median.map(Format.duration) ?? "", model.tokensText,
                model.cost.map(Format.dollars) ?? "",
            ])
        }
        return table
    }

    /// The failures that are not reported one by one, counted by kind.
    private static func rest(_ failures: ArraySlice<FailureGroup>) -> [String] {
        guard !failures.isEmpty else { return [] }
        let kinds = Dictionary(grouping: failures, by: \.kind).mapValues { $0.map(\.cells).reduce(0, +) }
        let counts = kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) × \($0.key)" }
        return ["and \(failures.count) more: " + counts.joined(separator: ", ")]
    }

    /// The text for a stream that is not a terminal.
    var plain: String {
        parts.flatMap { part in
            switch part {
            case .line(let line): [line.text]
            case .table(let table): table.lines(columns: nil).map { Self.indent + $0 }
            }
        }.joined(separator: "\n")
    }

    /// The lines of a box on a terminal, or without one if it has no room.
    func box(columns: Int) -> [StyledText] {
        guard columns >= Self.leastColumns else { return plain.split(separator: "\n").map { StyledText(String($0)) } }
        // One column stays free, and each border takes two.
        let inside = lines(columns: columns - 5)
        let width = max(inside.map(Table.width).max() ?? 0, Table.width(Self.title) + 2)
        let color: Color = isGood ? .green : .yellow
        let rest = String(repeating: "─", count: width - Table.width(Self.title) - 1)
        let top = StyledText("╭─ \(Self.title) \(rest)╮", color)
        let bottom = StyledText("╰\(String(repeating: "─", count: width + 2))╯", color)
        let middle = inside.map { text in
            var line = StyledText("│", color)
            line.append(" \(Table.fit(text, to: width)) ")
            line.append("│", color)
            return line
        }
        return [top] + middle + [bottom]
    }

    private func lines(columns: Int) -> [String] {
        parts.flatMap { part in
            switch part {
            case .line(let line): return line.lines(columns: columns, most: Self.linesOfReason)
            case .table(let table):
                let rows = table.lines(columns: columns - Self.indent.count).map { Self.indent + $0 }
                return rows.flatMap { ReportLine($0).lines(columns: columns, most: .max) }
            }
        }
    }
}

extension FailureGroup {
    /// The failures, for people.
    func line(_ indent: String = "") -> ReportLine {
        isOK
            ? ReportLine("\(indent)\(Format.count(cells, "answer")) of \(model) \(cells == 1 ? "is" : "are") \(kind)")
            : ReportLine("\(indent)\(cells) × \(kind) on \(model): ", message: message)
    }
}
