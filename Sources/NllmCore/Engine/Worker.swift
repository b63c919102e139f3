internal import FoundationEssentials

/// Executes cells until none is left: claims them for free slots, runs them, and has their outcomes recorded.
public actor Worker {
    private static let tick = Duration.milliseconds(250)

    private let store: Store
    private let executor: DeferredExecutor
    private let options: WorkOptions
    private let mark: String
    private let observe: @Sendable (WorkEvent) -> Void
    private let rescue: Rescue
    private let recorder: Recorder
    private let rescues: RescueIntake
    private let intake: RunIntake
    private let liveness: WorkerLiveness
    private let runner: CellRunner
    private let outage: StorageOutage

    private var alarm = Alarm()
    private var clock = ClockWatch()
    /// Whether the database is gone or damaged: no cell is started, and those in flight are waited for.
    private var isLost = false
    private var failure: NllmError?

    init(
        store: Store, executor: DeferredExecutor, options: WorkOptions, identity: WorkerIdentity,
        observe: @escaping @Sendable (WorkEvent) -> Void, pace: @escaping @Sendable () async -> Void
    ) {
        self.store = store
        self.executor = executor
        self.options = options
        mark = identity.mark
        self.observe = observe
        let artifacts = ArtifactWriter(store: store)
        rescue = Rescue(database: store.path, mark: identity.mark, concurrency: options.concurrency)
        recorder = Recorder(store: store, artifacts: artifacts, rescue: rescue, observe: observe)
        rescues = RescueIntake(store: store, mark: identity.mark, recorder: recorder, observe: observe)
        intake = RunIntake(store: store, artifacts: artifacts, options: options, observe: observe)
        liveness = WorkerLiveness(
            store: store, identity: identity, options: options, rescues: rescues, observe: observe)
        runner = CellRunner(executor: executor, recorder: recorder, options: options, observe: observe, pace: pace)
        outage = StorageOutage(store: store, recorder: recorder)
    }

    /// A worker without an observer, over an executor that is there already.
    package init(store: Store, executor: any Executor, options: WorkOptions, identity: WorkerIdentity) {
        self.init(
            store: store, executor: DeferredExecutor { executor }, options: options, identity: identity,
            observe: { _ in }, pace: {})
    }

    /// Ends every `llm` process at once, for a process that is about to leave without waiting.
    public nonisolated func killAll() {
        executor.killAll()
        // What `llm` has started in groups of its own, and what is only being started, is known by its mark alone.
        ProcessTable.killGroups(variable: ProcessMark.variable, value: mark)
    }

    /// Works until nothing is left that could be done, or until it is asked to stop.
    public func run(shutdown: Shutdown) async throws(NllmError) -> WorkSummary {
        do throws(NllmError) {
            let summary = try await runToEnd(shutdown)
            await executor.close()
            await rescue.close()
            return summary
        } catch {
            await executor.close()
            let note = await rescue.note
            await rescue.close()
            throw error.adding(note)
        }
    }

    private func runToEnd(_ shutdown: Shutdown) async throws(NllmError) -> WorkSummary {
        try await intake.find()
        try await liveness.register(runs: intake.scope)
        try await intake.count(worker: liveness.id)
        try await rescues.takeIn()
        await loop(shutdown.signal)
        await recorder.finishPublishing()
        try? await noteClock()
        let outlook = try? await intake.lastOutlook(worker: liveness.id)
        failure = failure ?? runner.failure
        if failure == nil, !runner.isStopping { await intake.block(worker: liveness.id) }
        await leave()
        if failure == nil { failure = await recorder.failure }
        if failure == nil { failure = await intake.finish() }
        await store.checkpoint()
        if let failure { throw failure }
        return try await WorkSummary(outlook ?? Outlook(), intake, runner)
    }

    // MARK: The loop

    /// What the loop reacts to.
    private enum Event {
        /// Another request can be started, cells have ended, or a limit lets the next one start.
        case started, finished, due
        /// An evaluation has gone as far as it could.
        case evaluated
        case tick
        case shutdown, graceOver
    }

    private func loop(_ shutdown: StopSignal) async {
        let (events, send) = AsyncStream.makeStream(of: Event.self)
        send.yield(.tick)
        await withDiscardingTaskGroup { group in
            func start(_ job: WorkerJob) { group.addTask { await self.perform(job, send) } }
            for job in [.ticks, .heartbeats, .commitWatch, .shutdownWatch(shutdown)] as [WorkerJob] { start(job) }
            for await event in events {
                do throws(NllmError) {
                    for job in try await jobs(after: event) { start(job) }
                    for run in try await claimableRuns() {
                        guard let jobs = try await claim(from: run) else { break }
                        for job in jobs { start(job) }
                    }
                    if try await isDone() { break }
                } catch {
                    if await endures(error) { continue }
                    for job in await jobs(afterFailure: error) { start(job) }
                    if runner.cells.isEmpty { break }
                }
            }
            group.cancelAll()
        }
    }

    @concurrent
    private nonisolated func perform(_ job: WorkerJob, _ send: AsyncStream<Event>.Continuation) async {
        switch job {
        case .ticks:
            while (try? await Task.sleep(for: Self.tick)) != nil { send.yield(.tick) }
        case .heartbeats:
            while (try? await Task.sleep(for: WorkerLiveness.interval)) != nil { await beat() }
        case .commitWatch:
            while (try? await Task.sleep(for: Self.tick)) != nil { await recorder.watch() }
        case .shutdownWatch(let shutdown):
            await shutdown.wait()
            guard !Task.isCancelled else { return }
            // Events are not handled while the executor is being made.
            await executor.stopStarting()
            send.yield(.shutdown)
        case .execution(let cell):
            if await run(cell, started: { send.yield(.started) }) { send.yield(.finished) }
        case .evaluation(let run):
            await evaluate(run)
            send.yield(.evaluated)
        case .alarm(let time):
            guard (try? await Task.sleep(for: time)) != nil else { return }
            send.yield(.due)
        case .grace:
            await executor.stopStarting()
            guard (try? await Task.sleep(for: .seconds(options.grace))) != nil else { return }
            send.yield(.graceOver)
        }
    }

    private func jobs(after event: Event) async throws(NllmError) -> [WorkerJob] {
        switch event {
        case .started, .due: break
        case .finished: if runner.cells.isEmpty { return try await evaluations() }
        case .evaluated: try intake.checkEvaluations()
        case .tick:
            guard !isLost else { break }
            try await lookAround()
            return try await evaluations()
        case .shutdown:
            observe(.stopping(inFlight: runner.cells.count))
            return stop()
        case .graceOver: runner.cells.stopAll()
        }
        return []
    }

    private func jobs(afterFailure error: NllmError) async -> [WorkerJob] {
        failure = failure ?? runner.failure ?? error
        guard store.isInPlace, await store.trouble(behind: error) != .damaged else {
            guard !isLost else { return [] }
            isLost = true
            await recorder.lose(because: error)
            await executor.stopStarting()
            return []
        }
        return stop()
    }

    /// Claims no more, and ends what is in flight after the grace period.
    private func stop() -> [WorkerJob] { runner.stop() ? [.grace] : [] }

    /// Whether an error is waited out, because what failed can be done later.
    private func endures(_ error: NllmError) async -> Bool {
        guard failure == nil, runner.failure == nil else { return false }
        return await outage.endures(error, runner)
    }

    private func isDone() async throws(NllmError) -> Bool {
        guard runner.cells.isEmpty else { return false }
        if runner.isStopping || isLost { return true }
        // One that ends meanwhile may leave further cells.
        guard !intake.isEvaluating else { return false }
        if await outage.waitsForFolders() { return false }
        let outlook = try await intake.outlook(worker: liveness.id, countingUnusable: false)
        if options.follows, !outlook.blocked.isEmpty { await intake.block(worker: liveness.id) }
        guard outlook.cells == 0 else { return false }
        // What is blocked is evaluated as it stands, which may need further cells.
        if !options.follows { try await intake.endRuns(worker: liveness.id) }
        return try await intake.ripeEvaluations().isEmpty && !options.follows
    }

    // MARK: Claiming

    /// The runs whose cells may be started now; none while nothing may be started.
    private func claimableRuns() async throws(NllmError) -> [RunID] {
        guard !runner.isStopping, !isLost else { return [] }
        if let failure = failure ?? runner.failure { throw failure }
        // Nothing more is paid for while answers wait that can't be recorded.
        guard runner.freeSlots > 0, !recorder.isHeldUp else { return [] }
        return try await intake.claimable()
    }

    /// Claims cells of a run that can be started now; nil if none of any run can be.
    private func claim(from run: RunID) async throws(NllmError) -> [WorkerJob]? {
        guard runner.freeSlots > 0 else { return nil }
        let isFirst = !runner.cells.haveBegun
        guard try await intake.prepare(run, worker: liveness.id, isFirst: isFirst) else { return [] }
        guard try await executor.prepare() else { return nil }
        // What could not be started yet stays free for others, and can be paused or cancelled.
        let free = min(runner.freeSlots, await executor.room())
        guard free > 0 else { return nil }
        if isFirst { await rescue.prepare() }
        try checkPlace()
        let round = try await store.claim(
            worker: liveness.id, run: run, limit: free, counting: Array(intake.counted), now: Date())
        await outage.end()
        let cells = round.claims.map(runner.take)
        let time = round.next.flatMap { alarm.set($0, tick: Self.tick, now: Date()) }
        return cells.map(WorkerJob.execution) + (time.map { [.alarm(after: $0)] } ?? [])
    }

    private func run(_ cell: CellExecution, started: @escaping @Sendable () -> Void) async -> Bool {
        await runner.run(cell, form: intake.form(of: cell.claim.runID), started: started)
    }

    /// Evaluations run beside the loop, because programs and long histories take their time.
    private func evaluations() async throws(NllmError) -> [WorkerJob] {
        guard !runner.isStopping, !isLost else { return [] }
        return try await intake.takeEvaluations().map(WorkerJob.evaluation)
    }

    private func evaluate(_ run: RunID) async { await intake.evaluate(run) }

    private func beat() async { await liveness.beat(runs: intake.scope) }

    /// Notices what changed in the store.
    private func lookAround() async throws(NllmError) {
        if let failed = await recorder.failure { throw failed }
        try checkPlace()
        await recorder.writeRest()
        try await noteClock()
        try await liveness.inspectOthers()
        if options.follows { try await intake.reportEnded() }
        guard !runner.cells.isEmpty else { return }
        let held = try await store.leases(worker: liveness.id)
        runner.cells.stopLost(worker: liveness.id, held: held)
    }

    /// Notices that the clock was set.
    private func noteClock() async throws(NllmError) {
        guard let seconds = clock.step() else { return }
        try await store.noteClockSet(by: seconds, worker: liveness.id, now: Date())
    }

    /// Throws if the database is not where it was.
    private func checkPlace() throws(NllmError) {
        guard store.isInPlace else { throw .lost(database: store.path) }
    }

    // MARK: The end

    /// Keeps the answers that have arrived and are not recorded, for a process that is about to leave without waiting.
    ///
    /// - Returns: what is kept; nil if there is nothing.
    public func giveUp() async -> RescueNote? {
        await rescue.keep(await runner.giveUp())
        let note = await rescue.note
        if note == nil { await rescue.close() }
        return note
    }

    /// Ends this worker in the store.
    private func leave() async {
        if !runner.isStopping { await recorder.giveUpWriting() }
        if isLost || !store.isInPlace { await rescue.salvage(from: store) }
        await liveness.end(keepingCells: await rescue.note != nil)
    }
}
