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
    /// The most lines of the box for one text.
    private static let linesOfReason = 4
    private static let wrapIndent = "    "

    /// Lines as they are, and whether they may be shortened.
    private var lines: [(text: String, isReason: Bool)] = []
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
        lines.append((progress.sentence.oneLine + time, false))
        if progress.models.count > 1 { lines += Self.table(progress).map { ("  " + $0, false) } }
        let reasons =
            left.map { $0.text(hint: hint) } + failures.prefix(Self.mostGroups).map(\.sentence)
            + Self.rest(failures.dropFirst(Self.mostGroups))
        lines += reasons.map { ("  " + $0.oneLine, true) }
        if failures.contains(where: { !$0.isOK }) {
            lines.append(("  see them with: nllm-batch show \(progress.run.name) --failed\(hint)", false))
        }
        let place =
            progress.run.hasFolder
            ? "artifacts: \(progress.run.folder.oneLine)" : "results: nllm-batch show \(progress.run.name)\(hint)"
        lines.append(("  " + place, false))
    }

    /// A row per model.
    private static func table(_ progress: RunProgress) -> [String] {
        var table = Table(
            ("model", .left), ("ok", .right), ("failed", .right), ("left", .right), ("cancelled", .right),
            ("p50", .right), ("tokens in/out", .right), ("cost", .right))
        for model in progress.models {
            table.add([
                Table.fit(model.label, to: min(Table.width(model.label), mostName)), String(model.counts[.ok]),
                String(model.counts.failed), String(model.counts.left), String(model.counts[.cancelled]),
                model.pace.median.map(Format.duration) ?? "", model.tokensText,
                model.cost.map(Format.dollars) ?? "",
            ])
        }
        return table.lines(columns: nil)
    }

    /// The failures that are not reported one by one, counted by kind.
    private static func rest(_ failures: ArraySlice<FailureGroup>) -> [String] {
        guard !failures.isEmpty else { return [] }
        let kinds = Dictionary(grouping: failures, by: \.kind).mapValues { $0.map(\.cells).reduce(0, +) }
        let counts = kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) × \($0.key)" }
        return ["and \(failures.count) more: " + counts.joined(separator: ", ")]
    }

    /// The text for a stream that is not a terminal.
    var plain: String { lines.map(\.text).joined(separator: "\n") }

    /// The lines of a box on a terminal, or without one if it has no room.
    func box(columns: Int) -> [StyledText] {
        guard columns >= Self.leastColumns else { return lines.map { StyledText($0.text) } }
        // One column stays free, and each border takes two.
        let room = columns - 5
        let inside = lines.flatMap { line in
            let wrapped = Self.wrap(line.text, to: room)
            guard line.isReason, wrapped.count > Self.linesOfReason else { return wrapped }
            let last = Table.cut(wrapped[Self.linesOfReason - 1], to: room - 2) + " …"
            return wrapped.prefix(Self.linesOfReason - 1) + [last]
        }
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

    /// Breaks a text into lines, at a space if possible; all but the first are indented.
    private static func wrap(_ text: String, to columns: Int) -> [String] {
        var lines: [String] = []
        var rest = text
        while Table.width(rest) > columns {
            let fitting = rest.prefix(Table.cut(rest, to: columns).count)
            let end = fitting.drop { $0 == " " }.lastIndex(of: " ") ?? fitting.endIndex
            lines.append(String(rest[..<end]))
            rest = wrapIndent + rest[end...].drop { $0 == " " }
        }
        return lines + [rest]
    }
}

extension FailureGroup {
    /// The failures, for people.
    var sentence: String {
        isOK
            ? "\(Format.count(cells, "answer")) of \(model) \(cells == 1 ? "is" : "are") \(kind)"
            : "\(cells) × \(kind) on \(model): \(message)"
    }
}
