import NllmCore

/// Shows the state of runs, read from the store: as a table on a terminal, otherwise as a plain line from time to time.
struct ProgressDisplay {
    private static let redraw = Duration.milliseconds(250)
    private static let report = Duration.seconds(10)

    private let store: Store
    private let runs: [String]
    private let screen: Screen

    /// - Parameters:
    ///   - path: the database.
    ///   - runs: names of the runs to show; if empty, all unfinished ones.
    ///   - screen: the screen for the display.
    /// - Throws: if the database cannot be opened.
    init(path: String, runs: [String], screen: Screen) throws(NllmError) {
        // A separate connection, so that the display never blocks the worker.
        store = try Store(path: path)
        self.runs = runs
        self.screen = screen
    }

    /// Shows until the task is cancelled.
    func show() async {
        let clock = ContinuousClock()
        let begin = clock.now
        var nextReport = begin + Self.report
        var lastReport = ""
        while (try? await Task.sleep(for: Self.redraw)) != nil {
            if let terminal = Terminal.drawable {
                let elapsed = (clock.now - begin) / .seconds(1)
                await screen.draw(LiveTable(await parts(), elapsed: elapsed, on: terminal).lines)
            } else if clock.now >= nextReport {
                nextReport += Self.report
                let report = await progress().map(Self.report).joined(separator: "\n")
                if !report.isEmpty, report != lastReport { await screen.message(report) }
                lastReport = report
            }
        }
        await screen.erase()
    }

    private static func report(_ progress: RunProgress) -> String {
        let counts = progress.counts
        var parts = ["\(progress.run.name): \(counts.ended)/\(counts.total)", "\(counts.failed) failed"]
        if let rate = progress.rate { parts.append(Format.rate(rate)) }
        if let remaining = progress.remaining { parts.append("\(Format.duration(remaining)) left") }
        parts += progress.models.compactMap { model in
            model.wait.flatMap { $0.reason == .place ? nil : "\(model.label): \($0.text())" }
        }
        return parts.joined(separator: ", ")
    }

    private func parts() async -> [LiveTable.Part] {
        var parts: [LiveTable.Part] = []
        for progress in await progress() {
            parts.append(.init(progress: progress, cells: try? await store.liveCells(of: progress)))
        }
        return parts
    }

    private func progress() async -> [RunProgress] {
        var shown: [RunProgress] = []
        for run in (try? await store.runs().reversed()) ?? []
        where runs.isEmpty ? run.finishedAt == nil && run.blockedAt == nil : runs.contains(run.name) {
            if let progress = try? await store.progress(of: run) { shown.append(progress) }
        }
        return shown
    }
}
