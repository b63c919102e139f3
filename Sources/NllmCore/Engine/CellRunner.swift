/// Runs the cells that a worker has claimed, and has their outcomes recorded.
final class CellRunner {
    /// How long a stop of the worker may come after signals to its processes, where somebody stops both.
    private static let signalDelay = Duration.milliseconds(250)
    /// How long a process that is about to leave waits for answers that are being judged.
    private static let lastPatience = Duration.seconds(2)

    private let executor: DeferredExecutor
    private let recorder: Recorder
    private let options: WorkOptions
    private let observe: @Sendable (WorkEvent) -> Void
    private let pace: @Sendable () async -> Void

    private(set) var cells = CellsInFlight()
    /// For each run, when its first cell was started here and when the last one ended.
    private var spans: [RunID: (start: ContinuousClock.Instant, end: ContinuousClock.Instant)] = [:]
    /// Whether no more cells are started.
    private(set) var isStopping = false
    /// Whether the process is about to leave without waiting.
    private var isGivingUp = false
    /// Why no cell can be run.
    private(set) var failure: NllmError?
    /// How many cells were ended by a stop.
    private(set) var interrupted = 0

    /// - Parameters:
    ///   - executor: runs requests.
    ///   - recorder: records outcomes.
    ///   - options: what the worker was given.
    ///   - observe: receives each attempt and each line of output.
    ///   - pace: returns when more lines of output may be reported.
    init(
        executor: DeferredExecutor, recorder: Recorder, options: WorkOptions,
        observe: @escaping @Sendable (WorkEvent) -> Void, pace: @escaping @Sendable () async -> Void
    ) {
        self.executor = executor
        self.recorder = recorder
        self.options = options
        self.observe = observe
        self.pace = pace
    }

    /// How many more cells may be in flight.
    var freeSlots: Int { options.concurrency - cells.count }

    /// Takes a claimed cell, which is in flight from now on; ``run(_:form:started:)`` has to follow.
    func take(_ claim: Claim) -> CellExecution {
        let cell = CellExecution(claim, options: options)
        cells.start(cell)
        let now = ContinuousClock.now
        spans[claim.runID] = (spans[claim.runID]?.start ?? now, now)
        return cell
    }

    /// Runs a cell, and returns when its outcome is recorded.
    ///
    /// - Parameters:
    ///   - cell: the cell.
    ///   - form: how its output is reported.
    ///   - started: called once, when another request can be started.
    /// - Returns: whether all cells whose outcomes were recorded together have given up their slots.
    func run(
        _ cell: CellExecution, form: LiveOutput.Form, started: @escaping @Sendable () -> Void
    ) async -> Bool {
        guard let report = await report(on: cell, form, started) else { return true }
        if report.outcome.status == .interrupted, isStopping { interrupted += 1 }
        observe(WorkEvent(report))
        cells.take(report)
        let group = await recorder.record(report)
        cells.end(cell.lease)
        spans[cell.claim.runID]?.end = .now
        return group.leave()
    }

    /// Seconds from the start of a run's first cell here to the end of its last, by the run's name.
    func seconds(in runs: [Run]) -> [String: Double] {
        runs.reduce(into: [:]) { seconds, run in
            if let span = spans[run.id] { seconds[run.name] = (span.end - span.start) / .seconds(1) }
        }
    }

    /// Executes a cell; what it wrote is dropped when this returns, since large answers are not to be held twice.
    ///
    /// - Returns: what became of it; nil if this process is about to leave and has killed it.
    private func report(
        on cell: CellExecution, _ form: LiveOutput.Form, _ started: @escaping @Sendable () -> Void
    ) async -> Report? {
        let output = options.streams ? LiveOutput(cell.claim, form, tell: observe, pace: pace) : nil
        var execution = await cell.execute(by: executor, output: output, started: started)
        // What comes to its end now was killed.
        guard !isGivingUp else { return nil }
        cells.judge(cell.lease)
        if await isOurs(execution) { execution.cause = .stopped }
        return await cell.report(on: execution)
    }

    /// Whether an execution came to nothing for a reason that lies with this machine and not with the cell.
    private func isOurs(_ execution: Execution) async -> Bool {
        if let reason = execution.startFailure {
            // Every further cell would fail the same way.
            if failure == nil { failure = .llmUnusable(reason: "llm could not be started: \(reason)") }
            return true
        }
        guard execution.isSignalledToStop else { return false }
        // A signal that stops this worker may have reached its processes as well, and these may be quicker.
        if !isStopping { try? await Task.sleep(for: Self.signalDelay) }
        return isStopping
    }

    // MARK: The end

    /// Notes that no more cells are started; false if that was so before.
    func stop() -> Bool {
        defer { isStopping = true }
        return !isStopping
    }

    /// The reports that are not recorded, for a process that is about to leave without waiting.
    func giveUp() async -> [Report] {
        isGivingUp = true
        let deadline = ContinuousClock().now + Self.lastPatience
        while cells.areJudged, ContinuousClock().now < deadline { try? await Task.sleep(for: .milliseconds(1)) }
        return cells.reports
    }
}
