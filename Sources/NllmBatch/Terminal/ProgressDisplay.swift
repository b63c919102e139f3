import NllmCore

/// Shows the state of runs, read from the store: as a table on a terminal, otherwise as a plain line from time to time,
/// or as an object for programs whenever something has changed.
struct ProgressDisplay {
    /// How progress is shown.
    enum Form: String, CaseIterable {
        case auto, json
    }

    private static let redraw = Duration.milliseconds(400)
    private static let report = Duration.seconds(10)

    private let store: Store
    private let runs: [String]
    private let screen: Screen
    private let form: Form

    /// - Parameters:
    ///   - path: the database.
    ///   - runs: names of the runs to show; if empty, all unfinished ones.
    ///   - screen: the screen for the display.
    ///   - form: how progress is shown.
    /// - Throws: if the database cannot be opened.
    init(path: String, runs: [String], screen: Screen, form: Form) throws(NllmError) {
        // A separate connection, so that the display never blocks the worker.
        store = try Store(path: path)
        self.runs = runs
        self.screen = screen
        self.form = form
    }

    /// Shows until the task is cancelled.
    func show() async {
        let clock = ContinuousClock()
        var nextReport = clock.now + Self.report
        var last = ""
        while (try? await Task.sleep(for: Self.redraw)) != nil {
            if form == .json {
                await say(await documents(), unless: &last)
            } else if let terminal = Terminal.drawable {
                await screen.draw(LiveTable(await parts(), on: terminal).lines)
            } else if clock.now >= nextReport {
                nextReport += Self.report
                await say(await progress().map(Self.report).joined(separator: "\n"), unless: &last)
            }
        }
        if form == .json { await say(await documents(), unless: &last) }
        await screen.erase()
    }

    /// Prints a report unless it is the last one.
    private func say(_ report: String, unless last: inout String) async {
        guard !report.isEmpty, report != last else { return }
        last = report
        if form == .json { await screen.object(report) } else { await screen.message(report) }
    }

    private func documents() async -> String {
        var documents: [String] = []
        for progress in await progress() {
            if let document = try? await store.document(of: progress) {
                documents.append(document.description.printableJSON)
            }
        }
        return documents.joined(separator: "\n")
    }

    private static func report(_ progress: RunProgress) -> String {
        let counts = progress.counts
        var parts = ["\(progress.run.name): \(counts.ended)/\(counts.total)", "\(counts.failed) failed"]
        if let cost = progress.costText { parts.append(cost) }
        if let remaining = progress.remaining { parts.append("~\(Format.duration(remaining)) left") }
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
            if let progress = try? await store.measured(store.progress(of: run)) { shown.append(progress) }
        }
        return shown
    }
}
