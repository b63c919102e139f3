import ArgumentParser
import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// One worker at the terminal: it works, shows its progress, and ends with a summary and an exit code.
struct WorkSession {
    private let store: Store
    private var options: WorkOptions
    private let common: CommonOptions
    private let output: Output
    private let progress: ProgressDisplay.Form
    /// The file that has the state of the runs; nil for none.
    private let metrics: String?
    private let reports: ReportOptions
    /// Whether the answers are printed at the end.
    private let showsAnswers: Bool
    private let screen: Screen

    /// What is printed about a run on standard output.
    enum Output {
        /// The folder of each run that has ended.
        case folder
        /// The state of each run, as an object.
        case progress
        /// The only run with all its results, as an object, whether or not it has ended.
        case results
    }

    /// - Parameters:
    ///   - store: the database.
    ///   - options: the worker's options.
    ///   - common: how much is printed.
    ///   - output: what is printed about a run.
    ///   - streams: whether lines of output are printed as they arrive.
    ///   - progress: how progress is shown.
    ///   - metrics: the file that has the state of the runs; nil for none.
    ///   - reports: where reports of evaluated runs are written.
    ///   - showsAnswers: whether the answers are printed at the end.
    init(
        store: Store, options: WorkOptions, common: CommonOptions, output: Output, streams: Bool,
        progress: ProgressDisplay.Form?, metrics: String?, reports: ReportOptions, showsAnswers: Bool = false
    ) {
        (self.metrics, self.reports) = (metrics, reports)
        self.showsAnswers = showsAnswers
        self.store = store
        self.progress = progress ?? .auto
        self.common = common
        self.output = output
        self.options = options
        self.options.streams = streams && !common.quiet
        self.options.streamsPieces = true
        screen = Screen(linesGoToError: output != .folder)
    }

    /// Works to the end.
    ///
    /// - Parameter check: is called after the work, before anything is printed about it.
    /// - Throws: what prevented the work, what `check` throws, or the exit code if not everything is ok.
    func run(check: () async throws -> Void = {}) async throws {
        let (screen, quiet, verbose) = (screen, common.quiet, common.verbose)
        let isShown = !quiet || progress == .json
        let display =
            isShown ? try ProgressDisplay(path: store.path, runs: options.runs, screen: screen, form: progress) : nil
        var metrics = try metrics.map { try MetricsFile($0, runs: options.runs, database: store.path) }
        try await metrics?.write()
        let feed = EventFeed()
        let worker = try Worker.make(
            store: store, options: options, observe: { if !quiet || $0.isUrgent { feed.put($0) } },
            pace: { await feed.pace() })
        let shutdown = Shutdown()
        let interrupts = Interrupts(shutdown: shutdown, worker: worker)
        let result = await withTaskGroup(of: Void.self) { printing in
            // Ends when the last event is printed.
            printing.addTask { await screen.show(feed, verbose: verbose) }
            let result = await withTaskGroup(of: Void.self) { showing in
                if let display { showing.addTask { await display.show() } }
                if let metrics { showing.addTask { await metrics.follow() } }
                let result = await Self.result(of: worker, shutdown)
                showing.cancelAll()
                return result
            }
            feed.finish()
            return result
        }
        let summary = try result.get()
        try await check()
        let problem = await lastFailure(&metrics)
        try await report(summary, interrupts.status)
        if let problem { throw problem.status.error }
    }

    /// Writes the last state of the metrics; returns what prevents it, after it was said.
    private func lastFailure(_ metrics: inout MetricsFile?) async -> NllmError? {
        do throws(NllmError) {
            try await metrics?.write()
            return nil
        } catch {
            Console.error("error: \(error)")
            return error
        }
    }

    private static func result(of worker: Worker, _ shutdown: Shutdown) async -> Result<WorkSummary, NllmError> {
        do throws(NllmError) {
            return .success(try await worker.run(shutdown: shutdown))
        } catch {
            return .failure(error)
        }
    }

    // MARK: The end

    private func report(_ summary: WorkSummary, _ interrupted: ExitStatus?) async throws {
        for progress in summary.runs { try await printResult(progress) }
        let isGood = interrupted == nil && summary.problems.isEmpty && summary.status == nil
        if !summary.runs.isEmpty, !(isGood && common.quiet) { try await summarize(summary) }
        if interrupted == nil { try await reports.write(summary.nights, from: store) }
        for night in summary.nights where summary.evaluated.contains(night.run.name) {
            try await reports.finish(
                night, in: store, allowsCommands: options.allowsCommands, say: { Console.error($0) })
        }
        let outFailure = await screen.failure
        if let outFailure { Console.error(outFailure) }
        let left = summary.runs.map(\.counts.left).reduce(0, +)
        if let interrupted {
            let names = options.runs.isEmpty ? "" : " " + options.runs.joined(separator: " ")
            let resume = left > 0 ? "; resume with: nllm-batch work\(names)\(common.hint)" : ""
            Console.error(
                "interrupted: \(Format.count(summary.interruptedCells, "cell")) in flight went back to pending, "
                    + "\(left) left\(resume)")
            throw interrupted.error
        }
        for problem in summary.problems { Console.error("error: \(problem)") }
        if let problem = summary.problems.first { throw problem.status.error }
        if outFailure != nil { throw ExitStatus.inputOutput.error }
        if summary.runs.isEmpty, !summary.onlyPausedLeft { try await sayNothingToDo() }
        try end(summary)
    }

    private func printResult(_ progress: RunProgress) async throws {
        switch output {
        case .results:
            try ResultsDocument(progress: progress, manifest: try store.manifest(of: progress.run)).print(from: store)
        case .folder where progress.hasEnded && !common.quiet:
            if showsAnswers { try await printAnswers(of: progress.run) }
            if progress.run.hasFolder { await screen.result(progress.run.folder) }
        case .progress: await screen.result(try await store.document(of: progress))
        case .folder: break
        }
    }

    /// Prints each answer under a line with its model.
    private func printAnswers(of run: Run) async throws {
        var lines: [String] = []
        try store.forEachCell(of: run, CellSelection()) { cell in
            guard let attempt = cell.attempts.last else { return }
            let facts = [
                CellName.label(cell.model, sample: cell.sample), cell.status == .ok ? nil : cell.status.rawValue,
                Format.duration(Double(attempt.duration) / 1000), attempt.cost.map(Format.dollars),
            ]
            lines.append("── \(facts.compactMap(\.self).joined(separator: " · ")) ──")
            lines += (attempt.text ?? "").printedLines
        }
        for line in lines { await screen.result(line) }
    }

    private func summarize(_ work: WorkSummary) async throws {
        var summary = Summary()
        for progress in work.runs {
            let name = progress.run.name
            summary.add(
                try await store.measured(progress), seconds: work.seconds[name],
                left: work.left.filter { $0.run == name },
                failures: try await store.failures(of: progress.run), hint: common.hint)
        }
        let isColored = Terminal.hasColors(STDERR_FILENO)
        if !common.quiet, let terminal = Terminal.drawable {
            Console.error(summary.box(columns: terminal.columns), colored: isColored)
        } else {
            Console.error(summary.plain)
        }
        for night in work.nights {
            Console.error(NightScreen.lines(night, hint: common.hint), colored: isColored)
        }
    }

    private func sayNothingToDo() async throws {
        let blocked = try await store.blockedRuns()
        guard let run = blocked.first else { return common.say("nothing to do") }
        common.say(
            "nothing to do; \(Format.count(blocked.count, "blocked run")) left alone; fix what "
                + "\(blocked.count == 1 ? "it waits" : "they wait") for, then: nllm-batch work \(run)\(common.hint)")
    }

    private func end(_ summary: WorkSummary) throws {
        let paused = summary.runs.filter { $0.run.isPaused && $0.counts.left > 0 }
        if summary.onlyPausedLeft, summary.runs.isEmpty || !paused.isEmpty {
            Console.error("only paused runs are left; continue with: nllm-batch resume RUN\(common.hint)")
            throw ExitStatus.tryLater.error
        }
        if let status = summary.status { throw status.error }
    }
}

extension WorkSummary {
    /// The exit code that the gates of its runs decide or, without any, cells that are not ok; nil if all is well.
    fileprivate var status: ExitStatus? {
        let gated = nights.filter { $0.passed != nil }
        let others = runs.filter { progress in !gated.contains { $0.run.name == progress.run.name } }
        let areOK = others.allSatisfy { $0.counts[.ok] == $0.counts.total }
        let statuses = gated.compactMap(\.status) + (areOK ? [] : [.cellsFailed])
        return statuses.first { $0 != .cellsFailed } ?? statuses.first
    }
}

extension WorkEvent {
    /// Whether it is reported even if only errors are wanted.
    var isUrgent: Bool {
        switch self {
        case .storageWait: true
        case .ended(let progress): progress.counts[.ok] < progress.counts.total
        default: false
        }
    }

    /// The message for an event; nil for output, and for what only `--verbose` reports.
    func text(verbose: Bool) -> String? {
        switch self {
        case .line, .piece, .ended: return nil
        case .evaluated(let run, let passed):
            return !verbose ? nil : "\(run): evaluated" + (passed.map { $0 ? ", all gates hold" : ", FAILED" } ?? "")
        case .executor(let report):
            if let reason = report.shortfall { return "executor \(report.choice), because \(reason)" }
            return verbose ? "executor \(report.choice): \(report.detail)" : nil
        case .keyMissing(let model, let key): return "\(model): \(key.text)"
        case .cached(let run, let cells):
            return "\(run): \(Format.count(cells, "cell")) answered from earlier runs, without a request"
        case .modelPaused(let model, let pause): return "\(model): \(pause.text); no more of its cells are started"
        case .modelRecovered(let model): return "\(model): recovered; its cells resume"
        case .modelHeld(let model, let wait): return "\(model): \(wait.text())"
        case .takenOver(let pid, let cells):
            return "\(Format.count(cells, "cell")) of worker \(pid), which is gone, requeued"
        case .stopping(let inFlight):
            return "stopping; \(Format.count(inFlight, "cell")) in flight; send the signal again to exit at once"
        case .storageWait(let wait, let reason): return wait.text(because: reason)
        case .storageBack: return "everything is written again; work resumes"
        case .takenIn(let answers):
            return "\(Format.count(answers, "answer")) that an earlier worker could not record, recorded now"
        case .notTakenIn(let answers, let run, let file):
            return "\(file) keeps \(Format.count(answers, "answer"))\(run.map { " of run \($0)" } ?? "") for another "
                + "database; `nllm-batch work --db` with that one records them"
        case .attempt(let model, let prompt, let sample, let status, let failure, let retryIn):
            guard verbose else { return nil }
            var text = "\(CellName.text(model, prompt: prompt, sample: sample)) \(status)"
            if let failure { text += ", \(failure)" }
            if let retryIn { text += "; retry in \(Format.duration(retryIn))" }
            return text
        }
    }
}

extension StorageWait {
    fileprivate func text(because reason: String) -> String {
        switch self {
        case .answers(let count, let unkept):
            let rest = unkept > 0 ? ", \(unkept) of them in memory only" : ""
            return "\(Format.count(count, "answer")) \(count == 1 ? "waits" : "wait") to be recorded: \(reason); "
                + "\(count == 1 ? "it is" : "they are") kept\(rest), and no cell is started"
        case .cells: return "no cell is started: \(reason)"
        case .results: return "results wait to be written: \(reason); they are kept in the database"
        }
    }
}
