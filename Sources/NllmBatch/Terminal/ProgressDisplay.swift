import NllmCore

/// Shows on standard error how the runs stand, from the store alone: redrawn in place on a terminal, else now and then
/// a plain line.
actor ProgressDisplay {
    private static let redraw = Duration.milliseconds(250)
    private static let report = Duration.seconds(10)

    private let store: Store
    private let runs: [String]
    private var drawn = 0
    private var lastReport = ""

    /// - Parameters:
    ///   - path: the database.
    ///   - runs: names of the runs to show; all unfinished ones when empty.
    /// - Throws: when the database can't be opened.
    init(path: String, runs: [String]) throws(NllmError) {
        // A connection of its own, so that looking never holds up the worker.
        store = try Store(path: path)
        self.runs = runs
    }

    /// Shows until the task is cancelled.
    func show() async {
        let clock = ContinuousClock()
        var nextReport = clock.now + Self.report
        while (try? await Task.sleep(for: Self.redraw)) != nil {
            if let terminal = Terminal.current {
                await draw(on: terminal)
            } else if clock.now >= nextReport {
                nextReport += Self.report
                await reportPlainly()
            }
        }
        erase()
    }

    /// Prints a message above the display.
    func message(_ text: String) {
        erase()
        Console.error(text)
    }

    private func draw(on terminal: Terminal) async {
        let shown = await progress()
        var lines: [String] = []
        for progress in shown {
            let prefix = shown.count > 1 ? progress.run.name + " " : ""
            lines += progress.models.map { prefix + Self.line($0, of: progress) }
        }
        let room = max(1, terminal.rows - 1)
        if lines.count > room {
            lines = Array(lines.prefix(room - 1)) + ["… and \(lines.count - room + 1) more models"]
        }
        erase()
        // One column stays free: a full line would wrap.
        Console.draw(lines.map { Table.cut($0, to: terminal.columns - 1) + "\n" }.joined())
        drawn = lines.count
    }

    private func erase() {
        guard drawn > 0 else { return }
        Console.draw("\u{1B}[\(drawn)A\u{1B}[J")
        drawn = 0
    }

    private func reportPlainly() async {
        let lines = await progress().map { progress in
            let counts = progress.counts
            var parts = ["\(progress.run.name): \(counts.ended)/\(counts.total)", "\(counts.failed) failed"]
            if let rate = progress.rate { parts.append(Format.rate(rate)) }
            if let remaining = progress.remaining { parts.append("\(Format.duration(remaining)) left") }
            return parts.joined(separator: ", ")
        }
        let text = lines.joined(separator: "\n")
        guard !text.isEmpty, text != lastReport else { return }
        lastReport = text
        Console.error(text)
    }

    private static func line(_ model: RunProgress.Model, of progress: RunProgress) -> String {
        let counts = model.counts
        var parts = ["\(model.label)  \(counts.ended)/\(counts.total)"]
        if counts[.running] > 0 { parts.append("\(counts[.running]) running") }
        parts.append("\(counts.failed) failed")
        // The run's rate shared out by what is left.
        if let rate = progress.rate, progress.counts.left > 0, counts.left > 0 {
            parts.append(Format.rate(rate * Double(counts.left) / Double(progress.counts.left)))
            if let remaining = progress.remaining { parts.append("ETA \(Format.duration(remaining))") }
        }
        return parts.joined(separator: "  ")
    }

    private func progress() async -> [RunProgress] {
        var shown: [RunProgress] = []
        for run in (try? await store.runs().reversed()) ?? []
        where runs.isEmpty ? run.finishedAt == nil : runs.contains(run.name) {
            if let progress = try? await store.progress(of: run) { shown.append(progress) }
        }
        return shown
    }
}
