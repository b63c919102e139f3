internal import FoundationEssentials
internal import Synchronization

/// Runs requests in warm Pythons, and passes those that a mode cannot run to an executor that isolates more.
actor BridgeExecutor: Executor {
    /// The number of requests that keep one bridge busy; with more, another one is started if there is a core for it.
    private static let fullLoad = 32
    /// With more than this number, another one is started if the bridge uses nearly all of a core's time.
    private static let partialLoad = 4
    /// A request that was in flight this number of times when its bridge ended may be the cause, and is passed on.
    private static let mostDeaths = 2

    typealias Start = @Sendable () async throws(BridgeFailure) -> Bridge

    private let mode: BridgeMode
    private let maxMemory: Int?
    private let next: any Executor
    private let start: Start
    private let fellBack: @Sendable (BridgeFailure) -> Void

    /// Accessible from any thread, for killing.
    private let bridges: Mutex<[Bridge]>
    private var most: Int
    private var starting: Task<Bridge?, Never>?
    private var hasFailed = false
    private var isStopping = false
    private var deaths: [LLMRequest: Int] = [:]
    private var watches: [ObjectIdentifier: ProcessorWatch] = [:]

    /// - Parameters:
    ///   - mode: how bridges run requests.
    ///   - first: a bridge that is ready.
    ///   - maxMemory: megabytes of address space a request's process may use; nil for no limit.
    ///   - next: runs what cannot be run here.
    ///   - start: starts a bridge.
    ///   - fellBack: called with the reason when no bridge can be started any more; from then on `next` runs
    ///     everything.
    init(
        _ mode: BridgeMode, first: Bridge, maxMemory: Int?, next: any Executor, start: @escaping Start,
        fellBack: @escaping @Sendable (BridgeFailure) -> Void
    ) {
        self.mode = mode
        self.maxMemory = maxMemory
        self.next = next
        self.start = start
        self.fellBack = fellBack
        bridges = Mutex([first])
        let cores = ProcessInfo.processInfo.activeProcessorCount
        // A parent that forks has an eighth of its children's work.
        most = mode == .fork ? max(1, cores / 8) : cores
    }

    func execute(
        _ request: LLMRequest, timeout: Duration?, stop: StopSignal, output: OutputObserver?,
        started: @escaping @Sendable () -> Void
    ) async -> Execution {
        let isSuspect = !deaths.isEmpty && deaths[request, default: 0] >= Self.mostDeaths
        guard !isSuspect, let message = BridgeRequest(request, mode: mode, maxMemory: maxMemory),
            let bridge = await bridge()
        else {
            return await next.execute(request, timeout: timeout, stop: stop, output: output, started: started)
        }
        defer { bridge.leave() }
        started()
        let watch = Stopwatch()
        if var execution = await bridge.run(message, timeout: timeout, stop: stop, output: output) {
            if !deaths.isEmpty { deaths[request] = nil }
            // A forked `llm` is judged like a cold one, unless more is requested.
            execution.hidesFinish = mode == .fork
            return execution
        }
        // The outcome of the request is unknown.
        deaths[request, default: 0] += 1
        return Execution(end: .notStarted(reason: "its Python has ended"), cause: .stopped, since: watch)
    }

    func room() async -> Int { hasFailed ? await next.room() : .max }

    func stopStarting() async {
        isStopping = true
        starting?.cancel()
        await next.stopStarting()
    }

    nonisolated func killAll() {
        for bridge in bridges.withLock({ $0 }) { bridge.kill() }
        next.killAll()
    }

    func close() async {
        if let late = await starting?.value { await late.close() }
        for bridge in bridges.withLock({ $0 }) { await bridge.close() }
        await next.close()
    }

    // MARK: Bridges

    /// Enters the bridge with the least load; nil if there is none and none can be started.
    private func bridge() async -> Bridge? {
        let living = bridges.withLock { bridges in
            bridges.removeAll { !$0.isAlive }
            return bridges
        }
        if let idlest = living.min(by: { $0.load < $1.load }) {
            idlest.enter()
            if living.count < most, starting == nil, !isStopping, isFull(idlest) { startAnother() }
            return idlest
        }
        guard !hasFailed, !isStopping else { return nil }
        let bridge = await (starting ?? startAnother()).value
        bridge?.enter()
        return bridge
    }

    private func isFull(_ bridge: Bridge) -> Bool {
        bridge.load > Self.fullLoad
            || bridge.load > Self.partialLoad
                && watches[ObjectIdentifier(bridge), default: ProcessorWatch()].isBusy(bridge.processorTime)
    }

    @discardableResult
    private func startAnother() -> Task<Bridge?, Never> {
        let task = Task { () -> Bridge? in
            defer { starting = nil }
            do throws(BridgeFailure) {
                let bridge = try await start()
                bridges.withLock { $0.append(bridge) }
                return bridge
            } catch {
                fail(error)
                return nil
            }
        }
        starting = task
        return task
    }

    private func fail(_ failure: BridgeFailure) {
        let living = bridges.withLock { $0.filter(\.isAlive) }
        guard living.isEmpty else {
            // The existing ones must suffice.
            most = living.count
            return
        }
        guard !isStopping, !hasFailed else { return }
        hasFailed = true
        fellBack(failure)
    }
}

/// Whether a process uses nearly all of a core's time, as measured from one look to the next.
private struct ProcessorWatch {
    private static let interval = Duration.milliseconds(500)
    private static let most = 0.8

    private var last: (time: ContinuousClock.Instant, used: Double)?

    /// Looks once more.
    ///
    /// - Parameter used: the processor time that the process has used so far, in seconds; nil if it is not known.
    /// - Returns: whether it has used nearly all of the time since the last look; false if that is not known yet.
    mutating func isBusy(_ used: @autoclosure () -> Double?) -> Bool {
        let now = ContinuousClock.now
        if let last, now - last.time < Self.interval { return false }
        guard let used = used() else { return false }
        defer { self.last = (now, used) }
        guard let last else { return false }
        return (used - last.used) / ((now - last.time) / .seconds(1)) > Self.most
    }
}
