import NllmCore

/// The state of runs, as lines that fit a terminal.
struct LiveTable {
    /// A run, with its cells if each has its own line.
    struct Part {
        var progress: RunProgress
        var cells: [LiveCell]?
    }

    private let parts: [Part]
    private let elapsed: Double
    private let columns: Int
    private let rows: Int

    /// - Parameters:
    ///   - parts: the runs.
    ///   - elapsed: seconds since the work began.
    ///   - terminal: the terminal to draw on.
    init(_ parts: [Part], elapsed: Double, on terminal: Terminal) {
        self.parts = parts
        self.elapsed = elapsed
        // One column and one row stay free: a full line would wrap, a full screen would scroll.
        columns = max(1, terminal.columns - 1)
        rows = max(1, terminal.rows - 1)
    }

    var lines: [StyledText] {
        var lines = parts.flatMap(lines)
        if parts.contains(where: { $0.cells == nil }) {
            lines.append(StyledText("elapsed \(Format.duration(elapsed))"))
        }
        if lines.count > rows {
            lines = Array(lines.prefix(rows - 1)) + [StyledText("… and \(lines.count - rows + 1) more lines")]
        }
        return lines.map { $0.cut(to: columns) }
    }

    private func lines(of part: Part) -> [StyledText] {
        let prefix = parts.count > 1 ? part.progress.run.name + " " : ""
        if let cells = part.cells {
            let labels = fit(cells.map { prefix + $0.model + ($0.sample > 1 ? " #\($0.sample)" : "") }, beside: 26)
            return zip(labels, cells).map(Self.line)
        }
        let labels = fit(part.progress.models.map { prefix + $0.label }, beside: 30)
        return zip(labels, part.progress.models).map { Self.line($0, $1, of: part.progress) }
    }

    /// The labels, all made as wide as the widest, or as the other columns allow.
    private func fit(_ labels: [String], beside others: Int) -> [String] {
        let width = min(labels.map(Table.width).max() ?? 0, max(8, columns - others))
        return labels.map { Table.fit($0, to: width) }
    }

    private static func line(_ label: String, _ cell: LiveCell) -> StyledText {
        let (mark, color) = mark(of: cell.status)
        var line = StyledText(label + "  ")
        line.append(Table.fit("\(mark) \(cell.status.rawValue)", to: 11), color)
        if let seconds = cell.seconds { line.append("  " + Format.duration(seconds)) }
        return line
    }

    private static func mark(of status: CellStatus) -> (String, Color?) {
        switch status {
        case .pending: ("·", nil)
        case .running: ("⟳", .cyan)
        case .ok: ("✓", .green)
        case .error: ("✗", .red)
        case .timeout: ("⏰", .yellow)
        case .cancelled: ("–", nil)
        }
    }

    private static func line(_ label: String, _ model: RunProgress.Model, of progress: RunProgress) -> StyledText {
        let counts = model.counts
        var parts = ["\(label)  \(counts.ended)/\(counts.total)"]
        if counts[.running] > 0 { parts.append("\(counts[.running]) running") }
        parts.append("\(counts.failed) failed")
        // The run's rate, divided by the remaining cells.
        if let rate = progress.rate, progress.counts.left > 0, counts.left > 0 {
            parts.append(Format.rate(rate * Double(counts.left) / Double(progress.counts.left)))
            if let remaining = progress.remaining { parts.append("ETA \(Format.duration(remaining))") }
        }
        if let wait = model.wait, wait.reason != .place { parts.append(wait.text()) }
        return StyledText(parts.joined(separator: "  "))
    }
}
