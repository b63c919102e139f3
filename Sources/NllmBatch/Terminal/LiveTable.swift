import NllmCore

/// The state of runs, as lines that fit a terminal: a total per run, and below it what each model does.
struct LiveTable {
    /// A run, with its cells if each has its own line.
    struct Part {
        var progress: RunProgress
        var cells: [LiveCell]?
    }

    /// The most columns of a model's name, and of a bar.
    private static let (mostName, mostBar) = (28, 25)
    /// The columns that are left for what stands behind a bar.
    private static let behindBar = 32

    private let parts: [Part]
    private let columns: Int
    private let rows: Int

    /// - Parameters:
    ///   - parts: the runs.
    ///   - terminal: the terminal to draw on.
    init(_ parts: [Part], on terminal: Terminal) {
        self.parts = parts
        // One column and one row stay free: a full line would wrap, a full screen would scroll.
        columns = max(1, terminal.columns - 1)
        rows = max(1, terminal.rows - 1)
    }

    var lines: [StyledText] {
        let shown = parts.prefix(parts.count > rows ? rows - 1 : rows)
        var lines: [StyledText] = []
        for (index, part) in shown.enumerated() {
            // Each run gets its share of the rows that the others leave.
            let room = (rows - lines.count - (parts.count - shown.count > 0 ? 1 : 0)) / (shown.count - index)
            lines +=
                part.cells.map { self.lines(of: $0, in: part.progress, rows: room) }
                ?? self.lines(part.progress, rows: room)
        }
        if shown.count < parts.count { lines.append(StyledText("… \(parts.count - shown.count) more runs")) }
        return lines.map { $0.shortened(to: columns) }
    }

    // MARK: A run of one prompt

    private func lines(of cells: [LiveCell], in progress: RunProgress, rows: Int) -> [StyledText] {
        let prefix = parts.count > 1 ? progress.run.name + " " : ""
        let labels = cells.map { prefix + $0.model + ($0.sample > 1 ? " #\($0.sample)" : "") }
        let width = min(labels.map(Table.width).max() ?? 0, max(8, columns - 26))
        let shown = cells.count > rows ? max(0, rows - 1) : cells.count
        var lines = zip(labels, cells).prefix(shown).map { Self.line(Table.fit($0, to: width), $1) }
        if shown < cells.count {
            let rest = cells.dropFirst(shown)
            let ended = rest.count { ![.pending, .running].contains($0.status) }
            lines.append(StyledText("… \(rest.count) more models: \(ended)/\(rest.count)"))
        }
        return lines
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
        case .timeout: ("⏰", .red)
        case .cancelled: ("–", nil)
        }
    }

    // MARK: A run of several prompts

    private func lines(_ progress: RunProgress, rows: Int) -> [StyledText] {
        let models = Self.inOrder(progress.models)
        let shown = models.count + 1 > rows ? max(0, rows - 2) : models.count
        let name = min(
            ([Table.width(progress.run.name)] + models.prefix(shown).map { Table.width($0.label) + 2 }).max() ?? 0,
            Self.mostName, max(10, columns / 2))
        let done = (models.map(\.counts) + [progress.counts]).map { "\($0.ended)/\($0.total)".count }.max() ?? 0
        let free = columns - name - done - 4 - Self.behindBar
        let layout = Layout(name: name, bar: free < 8 ? 0 : min(free, Self.mostBar), done: done, columns: columns)
        var lines = [layout.line(progress.run.name, progress.counts, Self.facts(of: progress))]
        let facts = models.prefix(shown).map(Self.facts)
        for (model, row) in zip(models, facts) {
            lines.append(layout.line("  " + model.label, model.counts, row, wait: Self.wait(of: model), among: facts))
        }
        if shown < models.count, rows > 1 {
            let rest = models.dropFirst(shown)
            let counts = rest.map(\.counts).reduce(CellCounts(), +)
            var line = StyledText("  … \(Format.count(rest.count, "more model")): \(counts.ended)/\(counts.total)")
            if counts.failed > 0 { line.append(", \(counts.failed) failed", .red) }
            lines.append(line)
        }
        return lines
    }

    /// Failing models first, then the others in the order of the run.
    private static func inOrder(_ models: [RunProgress.Model]) -> [RunProgress.Model] {
        let isFailing: (RunProgress.Model) -> Bool = { $0.isPaused || $0.counts.failed > 0 }
        return models.filter(isFailing) + models.filter { !isFailing($0) }
    }

    /// What stands behind a bar, from left to right; a nil color is the terminal's own.
    private typealias Facts = [(text: String, color: Color?)]

    private static func facts(of progress: RunProgress) -> Facts {
        let counts = progress.counts
        var facts: Facts = [("\(counts.total > 0 ? counts.ended * 100 / counts.total : 100)%", nil)]
        if counts.failed > 0 { facts.append(("\(counts.failed) failed", .red)) }
        if let cost = progress.costText { facts.append((cost, nil)) }
        if let remaining = progress.remaining { facts.append(("~\(Format.duration(remaining)) left", nil)) }
        return facts
    }

    private static func facts(of model: RunProgress.Model) -> Facts {
        [
            state(of: model), (model.counts.failed > 0 ? "\(model.counts.failed) failed" : "", .red),
            (model.pace.median.map { "p50 \(Format.duration($0))" } ?? "", nil),
            (model.cost.map(Format.dollars) ?? "", nil),
        ]
    }

    private static func state(of model: RunProgress.Model) -> (text: String, color: Color?) {
        let counts = model.counts
        if counts.left == 0 { return (counts.failed > 0 ? "✗" : "✓", counts.failed > 0 ? .red : nil) }
        return (counts[.running] > 0 && !model.isPaused ? "\(counts[.running]) now" : "", nil)
    }

    /// What a model waits for of which no cell is in flight, or that is paused.
    private static func wait(of model: RunProgress.Model) -> (text: String, color: Color?)? {
        guard let wait = model.wait, model.counts.left > 0 else { return nil }
        if model.isPaused { return (wait.short(), .red) }
        return model.counts[.running] > 0 ? nil : ("waits: " + wait.short(), nil)
    }

    /// The widths of the columns of a run.
    private struct Layout {
        var name: Int
        var bar: Int
        var done: Int
        var columns: Int

        /// A line: name, bar, cells, and as many of the facts as fit, in columns with those of all `rows`.
        ///
        /// What a model waits for takes the place of the columns that it covers.
        func line(
            _ label: String, _ counts: CellCounts, _ facts: Facts, wait: (text: String, color: Color?)? = nil,
            among rows: [Facts] = []
        ) -> StyledText {
            var line = StyledText(Table.fit(label, to: name) + "  ")
            if bar > 0 {
                let filled = counts.total > 0 ? counts.ended * bar / counts.total : bar
                line.append(String(repeating: "━", count: filled), .green)
                line.append(String(repeating: "─", count: bar - filled) + "  ")
            }
            let text = "\(counts.ended)/\(counts.total)"
            line.append(String(repeating: " ", count: max(0, done - text.count)) + text)
            var start = line.width + 2
            if let wait {
                line.append("  ")
                line.append(Table.shorten(wait.text, to: max(1, columns - start)), wait.color)
            }
            for (column, fact) in facts.enumerated() {
                let width = rows.map { Table.width($0[column].text) }.max() ?? Table.width(fact.text)
                guard width > 0 else { continue }
                guard start + Table.width(fact.text) <= columns else { break }
                if !fact.text.isEmpty, line.width + 2 <= start {
                    line.append(String(repeating: " ", count: start - line.width))
                    line.append(fact.text, fact.color)
                }
                start += width + 2
            }
            return line
        }
    }
}
