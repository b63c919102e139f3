import NllmCore

/// What is reported about the runs at the end: counts, why cells failed, where the artifacts are.
struct Summary {
    private static let title = "Summary"
    /// A narrower terminal has no room for a box.
    private static let leastColumns = 24
    /// The most lines of the box for one text.
    private static let linesOfReason = 4
    private static let wrapIndent = "    "

    /// Lines as they are, and whether they may be shortened.
    private var lines: [(text: String, isReason: Bool)] = []
    private var isGood = true

    /// Adds a run with the reasons for failed and skipped cells.
    mutating func add(_ progress: RunProgress, reasons: [String]) {
        isGood = isGood && progress.counts[.ok] == progress.counts.total
        lines.append((progress.sentence.oneLine, false))
        lines += reasons.map { ("  " + $0.oneLine, true) }
        lines.append(("  artifacts: " + progress.run.folder.oneLine, false))
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
    var sentence: String { "\(cells) × \(kind) on \(model): \(message)" }
}
