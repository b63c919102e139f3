internal import FoundationEssentials

/// Passes requests to another executor as long as `llm` can work with its log.
///
/// A log that breaks during a run fails every request alike: that counts as an `llm` that cannot be started, so that no
/// cell is spent on it.
struct LogGuard: Executor {
    let executor: any Executor
    let log: LLMLog

    func execute(
        _ request: LLMRequest, timeout: Duration?, stop: StopSignal, output: OutputObserver?,
        started: @escaping @Sendable () -> Void
    ) async -> Execution {
        let begin = Date()
        // Requests that all migrate a new log at once would break it.
        if log.wasReplaced, let flaw = await log.flaw() {
            return Execution(end: .notStarted(reason: flaw), startedAt: begin, finishedAt: Date())
        }
        let execution = await executor.execute(
            request, timeout: timeout, stop: stop, output: output, started: started)
        guard execution.failedLocally, let flaw = await log.flaw() else { return execution }
        return Execution(
            end: .notStarted(reason: flaw), startedAt: execution.startedAt, finishedAt: execution.finishedAt)
    }

    func room() async -> Int { await executor.room() }

    func stopStarting() async { await executor.stopStarting() }

    func killAll() { executor.killAll() }

    func close() async { await executor.close() }
}

extension Execution {
    /// Whether a database on this machine ended it before there was an answer.
    fileprivate var failedLocally: Bool {
        guard case .exited(let code) = end, code != 0, cause == nil else { return false }
        guard stdout.allSatisfy({ $0 <= UInt8(ascii: " ") }) else { return false }
        let said = String(decoding: stderr.suffix(Outcome.saidLength), as: UTF8.self)
        return FailureClassifier.isLocalDatabase(stderr: said, error: error)
    }
}
