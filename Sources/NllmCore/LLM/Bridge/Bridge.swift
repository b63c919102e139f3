internal import FoundationEssentials
internal import Subprocess
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Why a bridge can't be used, in words that follow "because".
struct BridgeFailure: Error, Equatable {
    let reason: String
    /// What is wrong with llm's log, if that is the reason.
    let log: LogFlaw?

    init(reason: String, log: LogFlaw? = nil) {
        // What a plugin says when it fails may quote a key.
        self.reason = Redaction.redact(reason)
        self.log = log
    }
}

/// A warm Python that holds `llm` imported, and the conversation with it: many requests at once, each under its number.
final class Bridge: Sendable {
    /// What importing `llm` and its plugins may take, on a machine that has much else to do.
    private static let startLimit = Duration.seconds(180)
    /// How long a request may take to be under way.
    private static let requestStartLimit = Duration.seconds(60)
    /// How long a bridge may take to end a request, or itself, before stronger means are used.
    private static let patience = Duration.seconds(5)

    private let process = BridgeProcess()
    /// Tells what it has started from what other bridges have.
    private let mark = UUID().uuidString.lowercased()
    private let state = Mutex(State())

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
    ///   - settings: texts such as `fix=yes`, which docs/bridge.md lists.
    ///   - interpreter: the Python that has `llm`.
    ///   - launcher: how it is tied to this process.
    ///   - mark: a text that tells this worker's processes from all others.
    ///   - maxAnswer: megabytes that an answer may have.
    /// - Returns: the bridge, and what it says of itself.
    /// - Throws: why it can't be used.
    static func start(
        _ mode: BridgeMode, settings: [String] = [], interpreter: PythonInterpreter, launcher: Launcher, mark: String,
        maxAnswer: Int = SettingLimits.usualMaxAnswer
    ) async throws(BridgeFailure) -> (bridge: Bridge, description: BridgeDescription) {
        let bridge = Bridge()
        // The texts of files and file names are UTF-8, even where flags such as `-E` shut out the environment.
        let command = launcher.command(
            interpreter.command
                + ["-X", "utf8", "-c", BridgeSources.bootstrap, mode.rawValue, "max_answer=\(maxAnswer << 20)"]
                + settings)
        let (greetings, greet) = AsyncStream.makeStream(of: Result<BridgeDescription, BridgeFailure>.self)
        let environment = ChildEnvironment.python(interpreter.environment).updating([
            .init(stringLiteral: ProcessMark.variable): mark,
            .init(stringLiteral: ProcessMark.bridgeVariable): bridge.mark,
        ])
        let conversation = Task {
            let end = await bridge.process.run(command, environment: environment) { line in
                switch BridgeEvent(line: line) {
                case .ready(let description): greet.yield(.success(description))
                case .unusable(let reason, let log): greet.yield(.failure(BridgeFailure(reason: reason, log: log)))
                case .some(let event): bridge.deliver(event)
                case nil: break
                }
            }
            bridge.end()
            let words = bridge.process.lastWords.map { ": \($0)" } ?? ""
            greet.yield(.failure(BridgeFailure(reason: "\(end)\(words)")))
            greet.finish()
        }
        bridge.state.withLock { $0.conversation = conversation }
        let limit = Task {
            guard (try? await Task.sleep(for: startLimit)) != nil else { return }
            bridge.process.kill()
        }
        defer { limit.cancel() }
        for await greeting in greetings {
            do {
                return (bridge, try greeting.get())
            } catch {
                await bridge.close()
                throw error
            }
        }
        // This task was cancelled.
        bridge.kill()
        await bridge.close()
        throw BridgeFailure(reason: "it is not needed any more")
    }

    /// Whether it can be given requests.
    var isAlive: Bool { state.withLock { !$0.hasEnded } }

    /// How many have entered and not left.
    var load: Int { state.withLock { $0.load } }

    /// Is said by who is about to run a request.
    func enter() { state.withLock { $0.load += 1 } }

    /// Is said when the request has ended.
    func leave() { state.withLock { $0.load -= 1 } }

    /// Ends it at once, and all that it runs.
    func kill() { process.kill() }

    /// Ends it, and returns when its process is gone.
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

    /// Runs a request to its end.
    ///
    /// - Parameters:
    ///   - request: what to run.
    ///   - timeout: how long it may take once it is under way; nil for as long as it takes.
    ///   - stop: ends it early.
    ///   - output: sees what is written while it is written; nil when nobody watches.
    /// - Returns: how it went; nil if the bridge has ended, and nothing is known.
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
            // Time that ran out in a bridge that did not hear any more says nothing of this request: another may have
            // held it up.
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

    /// Ends a request when its time is up or someone says so; nil if this task is cancelled before.
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
        // It does not hear any more; nor do its other requests get on.
        kill()
        return cause
    }

    /// Waits for the request to start, and then until its time is up.
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
    /// The number of the request that it concerns.
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
        (error, finish, resources, foreignAnswer) = (end.error, end.finish, end.resources, end.foreignAnswer)
    }
}
