internal import FoundationEssentials
internal import Subprocess
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Why a bridge cannot be used, in words that follow "because".
struct BridgeFailure: Error, Equatable {
    let reason: String
    /// The problem with llm's log, if that is the reason.
    let log: LogFlaw?

    init(reason: String, log: LogFlaw? = nil) {
        // The message of a plugin that fails may contain a key.
        self.reason = Redaction.redact(reason)
        self.log = log
    }
}

/// A warm Python that has imported `llm`, and the conversation with it: many concurrent requests, each with a number.
final class Bridge: Sendable {
    /// The time allowed for importing `llm` and its plugins on a busy machine.
    private static let startLimit = Duration.seconds(180)
    /// The time allowed for a request to start.
    private static let requestStartLimit = Duration.seconds(60)
    /// The time allowed for a bridge to end a request, or itself, before stronger means are used.
    private static let patience = Duration.seconds(5)

    private let process = BridgeProcess()
    /// Distinguishes what it has started from what other bridges have started.
    private let mark = UUID().uuidString.lowercased()
    private let state = Mutex(State())

    private typealias Greetings = AsyncStream<Result<BridgeDescription, BridgeFailure>>

    private struct State {
        var calls: [Int: BridgeCall] = [:]
        var lastID = 0
        var load = 0
        var hasEnded = false
        var conversation: Task<Void, Never>?
    }

    /// Starts a bridge and waits until it is ready.
    ///
    /// - Parameters:
    ///   - mode: how it runs requests.
    ///   - settings: texts such as `fix=yes`, listed in docs/bridge.md.
    ///   - interpreter: the Python with `llm`.
    ///   - launcher: how it is tied to this process.
    ///   - mark: distinguishes this worker's processes from all others.
    ///   - maxAnswer: largest answer in megabytes.
    /// - Returns: the bridge, and its description of itself.
    /// - Throws: why it cannot be used.
    static func start(
        _ mode: BridgeMode, settings: [String] = [], interpreter: PythonInterpreter, launcher: Launcher, mark: String,
        maxAnswer: Int = Configuration().maxAnswer
    ) async throws(BridgeFailure) -> (bridge: Bridge, description: BridgeDescription) {
        let bridge = Bridge()
        // The texts of files and file names are UTF-8, even if flags such as `-E` exclude the environment.
        let command = launcher.command(
            interpreter.command
                + ["-X", "utf8", "-c", BridgeSources.bootstrap, mode.rawValue, "max_answer=\(maxAnswer << 20)"]
                + settings)
        let (greetings, greet) = Greetings.makeStream()
        let environment = ChildEnvironment.python(interpreter.environment).updating([
            .init(stringLiteral: ProcessMark.variable): mark,
            .init(stringLiteral: ProcessMark.bridgeVariable): bridge.mark,
        ])
        let conversation = Task { await bridge.converse(command, environment, greet) }
        bridge.state.withLock { $0.conversation = conversation }
        return (bridge, try await bridge.description(from: greetings))
    }

    /// Runs the process to its end, and hears what it says.
    private func converse(
        _ command: (path: String, arguments: [String]), _ environment: Environment, _ greet: Greetings.Continuation
    ) async {
        let reason = await process.run(command, environment: environment) { line in
            switch BridgeEvent(line: line) {
            case .ready(let description): greet.yield(.success(description))
            case .unusable(let reason, let log): greet.yield(.failure(BridgeFailure(reason: reason, log: log)))
            case .some(let event): self.deliver(event)
            case nil: break
            }
        }
        end()
        let words = process.lastWords.map { ": \($0)" } ?? ""
        greet.yield(.failure(BridgeFailure(reason: reason + words)))
        greet.finish()
    }

    /// Waits until it is ready, and returns what it says of itself; throws why it can't be used.
    private func description(from greetings: Greetings) async throws(BridgeFailure) -> BridgeDescription {
        let limit = Task {
            guard (try? await Task.sleep(for: Self.startLimit)) != nil else { return }
            process.kill()
        }
        defer { limit.cancel() }
        for await greeting in greetings {
            do {
                return try greeting.get()
            } catch {
                await close()
                throw error
            }
        }
        // This task was cancelled.
        kill()
        await close()
        throw BridgeFailure(reason: "it is not needed any more")
    }

    /// Whether it can receive requests.
    var isAlive: Bool { state.withLock { !$0.hasEnded } }

    /// The processor time that its process has used so far, in seconds; nil where the system does not tell.
    var processorTime: Double? { process.processorTime }

    /// The number of callers that have entered and not left.
    var load: Int { state.withLock { $0.load } }

    /// Called by whoever is about to run a request.
    func enter() { state.withLock { $0.load += 1 } }

    /// Called when the request has ended.
    func leave() { state.withLock { $0.load -= 1 } }

    /// Ends it at once, with everything that it runs.
    func kill() { process.kill() }

    /// Ends it, and returns when its process has ended.
    func close() async {
        process.close()
        let limit = Task {
            guard (try? await Task.sleep(for: Self.patience)) != nil else { return }
            process.kill()
        }
        await state.withLock { $0.conversation }?.value
        limit.cancel()
    }

    private func deliver(_ event: BridgeEvent) {
        guard let id = event.id else { return }
        state.withLock { $0.calls[id] }?.take(event)
    }

    private func end() {
        let calls = state.withLock { state in
            state.hasEnded = true
            return state.calls.values
        }
        guard !calls.isEmpty else { return }
        // Its children end with it, but not the tools that they have started.
        ProcessTable.killGroups(variable: ProcessMark.bridgeVariable, value: mark)
        for call in calls { call.end() }
    }

    // MARK: One request

    /// Runs a request to completion.
    ///
    /// - Parameters:
    ///   - request: what to run.
    ///   - timeout: the longest time it may take once it has started; nil for no limit.
    ///   - stop: ends it early.
    ///   - output: receives output as it is written; nil if nobody watches.
    /// - Returns: how it went; nil if the bridge has ended, and the outcome is unknown.
    func run(
        _ request: BridgeRequest, timeout: Duration?, stop: StopSignal, output: OutputObserver?
    ) async -> Execution? {
        let call = BridgeCall()
        guard let id = register(call) else { return nil }
        defer { state.withLock { $0.calls[id] = nil } }
        let started = StopSignal()
        let watch = Stopwatch()
        process.write(request.line(id: id, isWatched: output != nil))
        return await withTaskGroup(of: Execution.Cause?.self) { group in
            group.addTask { await self.endWhenDue(id, timeout: timeout, stop: stop, started: started) }
            let end = await call.end(started: started, output: output)
            group.cancelAll()
            let cause = await group.next() ?? nil
            // A timeout in a bridge that had stopped responding says nothing about this request: another one may have
            // blocked it.
            guard let end else { return nil }
            return Execution(end, cause: cause, since: watch)
        }
    }

    private func register(_ call: BridgeCall) -> Int? {
        state.withLock { state in
            guard !state.hasEnded else { return nil }
            state.lastID += 1
            state.calls[state.lastID] = call
            return state.lastID
        }
    }

    /// Ends a request at its deadline or on a signal; nil if this task is cancelled before.
    private func endWhenDue(
        _ id: Int, timeout: Duration?, stop: StopSignal, started: StopSignal
    ) async -> Execution.Cause? {
        let cause = await withTaskGroup(of: Execution.Cause?.self) { group in
            group.addTask {
                await stop.wait()
                return Task.isCancelled ? nil : .stopped
            }
            if let timeout { group.addTask { await Self.outlast(timeout, from: started) } }
            let cause = await group.next() ?? nil
            group.cancelAll()
            return cause
        }
        guard let cause else { return nil }
        for signal in [SIGTERM, SIGKILL] {
            process.write(BridgeRequest.stop(id: id, signal: signal))
            guard (try? await Task.sleep(for: Self.patience)) != nil else { return cause }
        }
        // It does not respond any more, and its other requests do not progress either.
        kill()
        return cause
    }

    /// Waits for the request to start, and then until its deadline.
    private static func outlast(_ timeout: Duration, from started: StopSignal) async -> Execution.Cause? {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await started.wait() }
            group.addTask { try? await Task.sleep(for: requestStartLimit) }
            await group.next()
            group.cancelAll()
        }
        return (try? await Task.sleep(for: timeout)) == nil ? nil : .timedOut
    }
}

extension BridgeEvent {
    /// The number of the request that it belongs to.
    fileprivate var id: Int? {
        switch self {
        case .started(let id), .output(let id, _, _), .ended(let id, _): id
        case .ready, .unusable: nil
        }
    }
}

extension Execution {
    fileprivate init(_ end: BridgeEnd, cause: Cause?, since watch: Stopwatch) {
        self.init(end: end.end, cause: end.isFlooded ? .flooded : cause, since: watch)
        (stdout, stderr) = (end.stdout, end.stderr)
        (error, finish, foreignAnswer) = (end.error, end.finish, end.foreignAnswer)
        (served, usage, resources, turnEnds) = (end.served, end.usage, end.resources, end.turnEnds)
    }
}
