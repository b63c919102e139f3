internal import FoundationEssentials
internal import Synchronization

/// An executor that is created when it is first needed.
actor DeferredExecutor: Executor {
    private let make: @Sendable () async throws(NllmError) -> any Executor
    private var making: Task<Result<any Executor, NllmError>, Never>?
    /// Accessible from any thread, for killing.
    private let made = Mutex<(any Executor)?>(nil)
    private var isStopping = false

    init(_ make: @escaping @Sendable () async throws(NllmError) -> any Executor) {
        self.make = make
    }

    /// Returns when the executor exists, or false if it is no longer needed; throws why it cannot be created.
    func prepare() async throws(NllmError) -> Bool {
        let result = isStopping ? nil : await executor()
        guard let result, !isStopping else { return false }
        _ = try result.get()
        return true
    }

    func execute(
        _ request: LLMRequest, timeout: Duration?, stop: StopSignal, output: OutputObserver?,
        started: @escaping @Sendable () -> Void
    ) async -> Execution {
        let watch = Stopwatch()
        let result = isStopping && making == nil ? nil : await executor()
        switch result {
        case .success(let executor):
            return await executor.execute(request, timeout: timeout, stop: stop, output: output, started: started)
        case .failure(let error) where !isStopping:
            return Execution(end: .notStarted(reason: error.description), since: watch)
        case .failure, nil:
            return Execution(end: .notStarted(reason: "stopping"), cause: .stopped, since: watch)
        }
    }

    func room() async -> Int { await made.withLock { $0 }?.room() ?? .max }

    func stopStarting() async {
        isStopping = true
        // The start of a warm Python may take long because of a plugin.
        making?.cancel()
        await made.withLock { $0 }?.stopStarting()
    }

    nonisolated func killAll() { made.withLock { $0 }?.killAll() }

    func close() async {
        _ = await making?.value
        await made.withLock { $0 }?.close()
    }

    private func executor() async -> Result<any Executor, NllmError> {
        if let made = made.withLock({ $0 }) { return .success(made) }
        let task = making ?? Task { await attempt() }
        making = task
        return await task.value
    }

    private func attempt() async -> Result<any Executor, NllmError> {
        do throws(NllmError) {
            let executor = try await make()
            made.withLock { $0 = executor }
            if isStopping { await executor.stopStarting() }
            return .success(executor)
        } catch {
            return .failure(error)
        }
    }
}
