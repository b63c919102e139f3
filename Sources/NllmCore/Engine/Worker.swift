internal import FoundationEssentials

/// Executes cells until none is left: claims them for free slots, runs them, and has their outcomes recorded.
public actor Worker {
    private static let tick = Duration.milliseconds(250)
    static let heartbeat = Duration.seconds(5)

    let store: Store
    private let executor: DeferredExecutor
    let options: WorkOptions
    let identity: WorkerIdentity
    private let artifacts: ArtifactWriter
    let rescue: Rescue
    let recorder: Recorder
    let observe: @Sendable (WorkEvent) -> Void
    private let pace: @Sendable () async -> Void
    private let policy = RetryPolicy()

    /// The row that this worker holds its leases by.
    var id: Int64 = 0
    private(set) var scope: [Int64]?
    private(set) var inFlight: [Lease: StopSignal] = [:]
    /// How many answers have arrived that are not judged yet, and those that are judged and not recorded.
    private(set) var judging = 0
    private(set) var arrived: [Lease: Report] = [:]
    private(set) var isStopping = false
    /// Whether the process is about to leave without waiting.
    var isGivingUp = false
    /// Whether the database is gone or damaged: no cell is started, and those in flight are waited for.
    private(set) var isLost = false
    private(set) var hasClaimed = false
    private(set) var failure: NllmError?
    private var prepared: Set<Int64> = []
    /// The runs whose spending counts against the budget.
    private var counted: Set<Int64> = []
    /// When a limit lets the next cell start, while something waits for that time.
    private var nextStart: Date?
    /// Of these, the runs of one prompt; known only while lines are told of.
    private var single: Set<Int64> = []
    /// Runs whose folder can't be written.
    private var blocked: [Int64: NllmError] = [:]
    private var interrupted = 0
    var lastInspection: ContinuousClock.Instant?
    var heartbeats = HeartbeatWatch()
    var clock = ClockWatch()
    var lastBeat = ContinuousClock().now
    var steadySince = ContinuousClock().now
    /// Since when the store, and run folders, could not be written.
    var outageBegan: ContinuousClock.Instant?
    var unwrittenSince: ContinuousClock.Instant?
    var toldLeft: Set<RescueSearch.Left> = []

    private enum Event {
        case started, finished, due, tick, shutdown, graceOver
    }

    init(
        store: Store, executor: DeferredExecutor, options: WorkOptions, identity: WorkerIdentity,
        observe: @escaping @Sendable (WorkEvent) -> Void, pace: @escaping @Sendable () async -> Void
    ) {
        self.store = store
        self.executor = executor
        self.options = options
        self.identity = identity
        self.observe = observe
        self.pace = pace
        artifacts = ArtifactWriter(store: store)
        rescue = Rescue(database: store.path, mark: identity.mark, concurrency: options.concurrency)
        recorder = Recorder(store: store, artifacts: artifacts, rescue: rescue, observe: observe)
    }

    /// A worker that nobody watches, over an executor that is there already.
    package init(store: Store, executor: any Executor, options: WorkOptions, identity: WorkerIdentity) {
        self.init(
            store: store, executor: DeferredExecutor { executor }, options: options, identity: identity,
            observe: { _ in }, pace: {})
    }

    /// A worker that runs `llm`.
    ///
    /// - Parameters:
    ///   - store: the database.
    ///   - options: what it does.
    ///   - observe: is told what happens, and must not block.
    ///   - pace: returns when more lines of output may be told; `llm` waits for it when it writes.
    /// - Returns: the worker.
    /// - Throws: when `llm` is not there.
    public static func make(
        store: Store, options: WorkOptions, observe: @escaping @Sendable (WorkEvent) -> Void,
        pace: @escaping @Sendable () async -> Void
    ) throws(NllmError) -> Worker {
        try DescriptorLimit.check(.cells(options.concurrency))
        let program = try LLMProgram.find()
        let identity = WorkerIdentity.current()
        // It is not started before there is something to do.
        let executor = DeferredExecutor { () throws(NllmError) in
            let factory = ExecutorFactory(
                program: program, mark: identity.mark, maxMemory: options.maxMemory, maxAnswer: options.maxAnswer
            ) { observe(.executor($0)) }
            let (executor, report) = try await factory.make(options.executor)
            observe(.executor(report))
            return CopyingExecutor(executor, mark: identity.mark)
        }
        return Worker(
            store: store, executor: executor, options: options, identity: identity, observe: observe, pace: pace)
    }

    /// Ends every `llm` process at once, for a process that is about to leave without waiting.
    public nonisolated func killAll() {
        executor.killAll()
        // What `llm` has started in groups of its own, and what is only being started, is known by its mark alone.
        ProcessTable.killGroups(variable: ProcessMark.variable, value: identity.mark)
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
        if !options.runs.isEmpty { scope = try await store.runs(named: options.runs).map(\.id) }
        if options.maxCost != nil { try await store.checkPrices(runs: scope) }
        id = try await store.register(
            identity, concurrency: options.concurrency, limits: options.limits, budget: options.budget, runs: scope,
            now: Date())
        counted = try await store.count(try await runs(), againstBudgetOf: id)
        try await takeIn()
        await work(shutdown: shutdown.signal)
        try? await noteClock()
        let outlook = try? await outlook(except: [])
        await leave()
        if failure == nil { failure = await recorder.failure }
        if failure == nil { await finishRuns() }
        await store.checkpoint()
        if let failure { throw failure }
        return try await summary(outlook ?? Outlook())
    }

    // MARK: The loop

    private func work(shutdown: StopSignal) async {
        let (events, send) = AsyncStream.makeStream(of: Event.self)
        send.yield(.tick)
        await withDiscardingTaskGroup { group in
            group.addTask {
                while (try? await Task.sleep(for: Self.tick)) != nil { send.yield(.tick) }
            }
            group.addTask {
                while (try? await Task.sleep(for: Self.heartbeat)) != nil { await self.beat() }
            }
            group.addTask {
                while (try? await Task.sleep(for: Self.tick)) != nil { await self.recorder.watch() }
            }
            group.addTask {
                await shutdown.wait()
                guard !Task.isCancelled else { return }
                // Events are not handled while the executor is being made.
                await self.executor.stopStarting()
                send.yield(.shutdown)
            }
            for await event in events {
                do throws(NllmError) {
                    try await handle(event, send, &group)
                    if try await isDone() { break }
                } catch {
                    if await endures(error) { continue }
                    await fail(error, send, &group)
                    if inFlight.isEmpty { break }
                }
            }
            group.cancelAll()
        }
    }

    private func handle(
        _ event: Event, _ send: AsyncStream<Event>.Continuation, _ group: inout DiscardingTaskGroup
    ) async throws(NllmError) {
        switch event {
        case .started, .finished, .due: break
        case .tick where isLost: break
        case .tick: try await lookAround()
        case .shutdown:
            observe(.stopping(inFlight: inFlight.count))
            stop(send, &group)
        case .graceOver: for signal in inFlight.values { signal.stop() }
        }
        guard !isStopping, !isLost else { return }
        if let failure { throw failure }
        try await fill(send, &group)
    }

    /// Starts an execution for each free slot, as far as there are cells that may run.
    private func fill(
        _ send: AsyncStream<Event>.Continuation, _ group: inout DiscardingTaskGroup
    ) async throws(NllmError) {
        // Nothing more is paid for while answers wait that can't be recorded.
        guard inFlight.count < options.concurrency, !recorder.isHeldUp else { return }
        for run in try await store.claimableRuns(scope) where blocked[run] == nil {
            guard try await prepare(run) else { continue }
            guard try await executor.prepare() else { return }
            // What could not be started yet stays free for others, and can be paused or cancelled.
            let free = min(options.concurrency - inFlight.count, await executor.room())
            guard free > 0 else { return }
            if !hasClaimed { await rescue.prepare() }
            try checkPlace()
            let round = try await store.claim(
                worker: id, run: run, limit: free, counting: Array(counted), now: Date())
            await endOutage()
            for claim in round.claims { start(claim, send, &group) }
            if let next = round.next { wake(at: next, send, &group) }
            guard inFlight.count < options.concurrency else { return }
        }
    }

    private func start(
        _ claim: Claim, _ send: AsyncStream<Event>.Continuation, _ group: inout DiscardingTaskGroup
    ) {
        let signal = StopSignal()
        hasClaimed = true
        inFlight[Lease(claim)] = signal
        group.addTask {
            await self.process(claim, stop: signal) { send.yield(.started) }
            send.yield(.finished)
        }
    }

    /// Looks again when a limit lets a cell start, if that is before the next tick would.
    private func wake(
        at time: Date, _ send: AsyncStream<Event>.Continuation, _ group: inout DiscardingTaskGroup
    ) {
        let now = Date()
        guard time.timeIntervalSince(now) < Self.tick / .seconds(1) else { return }
        if let nextStart, nextStart > now, nextStart <= time { return }
        nextStart = time
        group.addTask {
            guard (try? await Task.sleep(for: .seconds(max(0.001, time.timeIntervalSince(now))))) != nil else { return }
            send.yield(.due)
        }
    }

    /// Makes a run ready to be worked on; false if nothing of it can be done.
    private func prepare(_ run: Int64) async throws(NllmError) -> Bool {
        guard !prepared.contains(run) else { return true }
        let cached: Int
        do throws(NllmError) {
            // It may have been enqueued after this worker began.
            if options.maxCost != nil { try await store.checkPrices(runs: [run]) }
            if !counted.contains(run) { counted = try await store.count([run], againstBudgetOf: id) }
            cached = try await store.takeCached(run: run, age: options.cache, worker: id, now: Date())
            try await artifacts.prepare(run: run)
        } catch {
            // Who named the run has to know; else it must not hold up the others.
            guard scope == nil, !hasClaimed || error.reasonOfFullDisk == nil else { throw error }
            blocked[run] = error
            return false
        }
        prepared.insert(run)
        if options.streams, try await store.hasOnePrompt(run) { single.insert(run) }
        guard cached > 0, let progress = try await store.progress(ofRun: run) else { return true }
        observe(.cached(run: progress.run.name, cells: cached))
        return progress.counts.left > 0
    }

    private func isDone() async throws(NllmError) -> Bool {
        guard inFlight.isEmpty else { return false }
        if isStopping || isLost { return true }
        if await waitsForFolders() { return false }
        return try await outlook(except: Set(blocked.keys)).cells == 0
    }

    /// The runs that were named, or all that are not finished.
    private func runs() async throws(NllmError) -> [Int64] {
        if let scope { return scope }
        return try await store.unfinishedRuns()
    }

    private func outlook(except: Set<Int64>) async throws(NllmError) -> Outlook {
        let runs = try await runs().filter { !except.contains($0) }
        return try await store.outlook(
            runs: runs, worker: id, counting: Array(counted), maxWait: options.maxWait, now: Date())
    }

    /// Claims no more, and ends what is in flight after the grace period.
    private func stop(_ send: AsyncStream<Event>.Continuation, _ group: inout DiscardingTaskGroup) {
        guard !isStopping else { return }
        isStopping = true
        let (grace, executor) = (Duration.seconds(options.grace), executor)
        group.addTask {
            await executor.stopStarting()
            guard (try? await Task.sleep(for: grace)) != nil else { return }
            send.yield(.graceOver)
        }
    }

    private func fail(
        _ error: NllmError, _ send: AsyncStream<Event>.Continuation, _ group: inout DiscardingTaskGroup
    ) async {
        if failure == nil { failure = error }
        guard store.isInPlace, await store.trouble(behind: error) != .damaged else {
            guard !isLost else { return }
            isLost = true
            await recorder.lose(because: error)
            return await executor.stopStarting()
        }
        stop(send, &group)
    }

    // MARK: One cell

    private func process(_ claim: Claim, stop: StopSignal, started: @escaping @Sendable () -> Void) async {
        guard let report = await report(on: claim, stop: stop, started: started) else { return }
        if report.outcome.status == .interrupted, isStopping { interrupted += 1 }
        observe(report.event)
        arrived[Lease(claim)] = report
        await recorder.record(report)
        arrived[Lease(claim)] = nil
        inFlight[Lease(claim)] = nil
    }

    /// Executes a cell; what it wrote is dropped when this returns, since large answers are not to be held twice.
    ///
    /// - Returns: what became of it; nil if this process is about to leave and has killed it.
    private func report(on claim: Claim, stop: StopSignal, started: @escaping @Sendable () -> Void) async -> Report? {
        let output = options.streams ? liveOutput(claim) : nil
        var execution = await executor.execute(
            claim.request, timeout: timeout(of: claim), stop: stop, output: output?.observer, started: started)
        output?.finish()
        // What comes to its end now was killed.
        guard !isGivingUp else { return nil }
        judging += 1
        defer { judging -= 1 }
        if await isOurs(execution) { execution.cause = .stopped }
        return await Report.judge(
            execution, of: claim, timeout: timeout(of: claim), options: options, policy: policy)
    }

    private func liveOutput(_ claim: Claim) -> LiveOutput {
        LiveOutput(claim, isSingle: single.contains(claim.run), tell: observe, pace: pace)
    }

    private func timeout(of claim: Claim) -> Duration? {
        let seconds = options.timeout ?? claim.timeout
        return seconds > 0 ? .seconds(seconds) : nil
    }

    /// Whether an execution came to nothing for a reason that lies with this machine and not with the cell.
    private func isOurs(_ execution: Execution) async -> Bool {
        if let reason = execution.startFailure {
            // Every further cell would fail the same way.
            if failure == nil { failure = .llmUnusable(reason: "llm could not be started: \(reason)") }
            return true
        }
        guard execution.isSignalledToStop else { return false }
        // Whoever stops this worker may signal its processes, too, and these may be quicker.
        if !isStopping { try? await Task.sleep(for: Self.tick) }
        return isStopping
    }

    // MARK: The end

    /// Writes the artifacts of runs that have ended without anyone left to do it.
    private func finishRuns() async {
        for run in (try? await store.unexportedRuns(scope)) ?? [] {
            do throws(NllmError) {
                try await artifacts.finish(run: run)
            } catch {
                blocked[run] = error
            }
        }
        // Who named the run has to know.
        if scope != nil, let problem = blocked.values.first { failure = problem }
    }

    private func summary(_ outlook: Outlook) async throws(NllmError) -> WorkSummary {
        var summary = WorkSummary()
        summary.left = outlook.stuck
        for run in scope ?? prepared.sorted() {
            if let progress = try await store.progress(ofRun: run) { summary.runs.append(progress) }
        }
        summary.isInterrupted = isStopping
        summary.interruptedCells = interrupted
        summary.problems = blocked.sorted { $0.key < $1.key }.map(\.value)
        summary.onlyPausedLeft = outlook.cells == 0 && outlook.stuck.isEmpty && outlook.paused > 0
        return summary
    }
}
