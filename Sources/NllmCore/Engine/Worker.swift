internal import FoundationEssentials

/// Executes cells until none is left: claims them for free slots, runs them, and has their outcomes recorded.
public actor Worker {
    private static let tick = Duration.milliseconds(250)
    private static let heartbeat = Duration.seconds(5)
    private static let inspection = Duration.seconds(2)

    private let store: Store
    private let executor: DeferredExecutor
    private let options: WorkOptions
    private let identity: WorkerIdentity
    private let artifacts: ArtifactWriter
    private let recorder: Recorder
    private let observe: @Sendable (WorkEvent) -> Void
    private let pace: @Sendable () async -> Void
    private let policy = RetryPolicy()

    /// The row that this worker holds its leases by.
    private var id: Int64 = 0
    private var scope: [Int64]?
    private var inFlight: [Lease: StopSignal] = [:]
    private var isStopping = false
    private var failure: NllmError?
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
    private var lastInspection: ContinuousClock.Instant?
    private var heartbeats = HeartbeatWatch()
    private var clock = ClockWatch()
    private var lastBeat = ContinuousClock().now
    private var steadySince = ContinuousClock().now

    /// One claim of a cell; the same cell may be claimed anew while an earlier execution of it is still being ended.
    private struct Lease: Hashable {
        var worker: Int64
        var cell: Int64
        var number: Int
    }

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
        recorder = Recorder(store: store, artifacts: artifacts, observe: observe)
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
            return summary
        } catch {
            await executor.close()
            throw error
        }
    }

    private func runToEnd(_ shutdown: Shutdown) async throws(NllmError) -> WorkSummary {
        if !options.runs.isEmpty { scope = try await store.runs(named: options.runs).map(\.id) }
        if options.maxCost != nil { try await store.checkPrices(runs: scope) }
        id = try await store.register(identity, keeping: options, runs: scope, now: Date())
        counted = try await store.count(try await runs(), againstBudgetOf: id)
        await work(shutdown: shutdown.signal)
        try? await noteClock()
        let outlook = try? await outlook(except: [])
        // What could not be recorded goes back, as after a crash.
        try? await store.unregister(worker: id, now: Date())
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
                    fail(error, send, &group)
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
        case .tick: try await lookAround()
        case .shutdown:
            observe(.stopping(inFlight: inFlight.count))
            stop(send, &group)
        case .graceOver: for signal in inFlight.values { signal.stop() }
        }
        guard !isStopping else { return }
        if let failure { throw failure }
        try await fill(send, &group)
    }

    /// Starts an execution for each free slot, as far as there are cells that may run.
    private func fill(
        _ send: AsyncStream<Event>.Continuation, _ group: inout DiscardingTaskGroup
    ) async throws(NllmError) {
        guard inFlight.count < options.concurrency else { return }
        for run in try await store.claimableRuns(scope) where blocked[run] == nil {
            guard try await prepare(run) else { continue }
            guard try await executor.prepare() else { return }
            // What could not be started yet stays free for others, and can be paused or cancelled.
            let free = min(options.concurrency - inFlight.count, await executor.room())
            guard free > 0 else { return }
            let round = try await store.claim(
                worker: id, run: run, limit: free, counting: Array(counted), now: Date())
            for claim in round.claims { start(claim, send, &group) }
            if let next = round.next { wake(at: next, send, &group) }
            guard inFlight.count < options.concurrency else { return }
        }
    }

    private func start(
        _ claim: Claim, _ send: AsyncStream<Event>.Continuation, _ group: inout DiscardingTaskGroup
    ) {
        let signal = StopSignal()
        inFlight[Lease(worker: claim.worker, cell: claim.cell, number: claim.lease)] = signal
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
            guard scope == nil else { throw error }
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
        if isStopping { return true }
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
    ) {
        if failure == nil { failure = error }
        stop(send, &group)
    }

    // MARK: One cell

    private func process(_ claim: Claim, stop: StopSignal, started: @escaping @Sendable () -> Void) async {
        let report = await report(on: claim, stop: stop, started: started)
        if report.outcome.status == .interrupted, isStopping { interrupted += 1 }
        observe(report.event)
        await recorder.record(report)
        inFlight[Lease(worker: claim.worker, cell: claim.cell, number: claim.lease)] = nil
    }

    /// Executes a cell; what it wrote is dropped when this returns, since large answers are not to be held twice.
    private func report(on claim: Claim, stop: StopSignal, started: @escaping @Sendable () -> Void) async -> Report {
        let output = options.streams ? liveOutput(claim) : nil
        var execution = await executor.execute(
            claim.request, timeout: timeout(of: claim), stop: stop, output: output?.observer, started: started)
        output?.finish()
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

    // MARK: What others do

    /// Says that this worker lives, however long anything else takes.
    private func beat() async {
        // What goes wrong here goes wrong elsewhere too, and is told there.
        guard let isKnown = try? await store.heartbeat(worker: id, now: Date()) else { return }
        let now = ContinuousClock().now
        if now - lastBeat > Self.heartbeat * 2 { steadySince = now }
        lastBeat = now
        // Taken for dead, perhaps after the machine slept; the cells are another worker's now.
        if !isKnown,
            let renewed = try? await store.register(
                identity, keeping: options, runs: scope, probing: [], now: Date())
        {
            id = renewed
        }
    }

    /// Whether the silence of others means something: what has held up this worker may have held up them as well.
    private var canHear: Bool { ContinuousClock().now - steadySince > Self.heartbeat * 2 }

    /// Notices what changed in the store.
    private func lookAround() async throws(NllmError) {
        if let failed = await recorder.failure { throw failed }
        try await noteClock()
        let now = ContinuousClock().now
        if lastInspection.map({ now - $0 >= Self.inspection }) ?? true {
            lastInspection = now
            try await store.correctTimesAhead(now: Date())
            try await inspectOthers()
        }
        guard !inFlight.isEmpty else { return }
        let held = try await store.leases(worker: id)
        for (lease, signal) in inFlight where lease.worker != id || held[lease.cell] != lease.number { signal.stop() }
    }

    /// Notices that the clock was set.
    private func noteClock() async throws(NllmError) {
        guard let seconds = clock.step() else { return }
        try await store.noteClockSet(by: seconds, worker: id, now: Date())
    }

    /// Puts back the cells of workers that died, after ending what they left running.
    private func inspectOthers() async throws(NllmError) {
        for other in try await store.workers() where other.id != id {
            let isSilent = heartbeats.isSilent(other.id, heartbeat: other.heartbeatAt)
            guard other.isGone(seenFrom: identity) || isSilent && canHear else { continue }
            if other.identity.sharesHost(with: identity) {
                ProcessTable.killGroups(variable: ProcessMark.variable, value: other.identity.mark)
            }
            let cells = try await store.takeOver(worker: other.id, now: Date())
            if cells > 0 { observe(.takenOver(pid: other.identity.pid, cells: cells)) }
        }
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
