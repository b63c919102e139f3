/// One of the two streams that a process writes to.
public enum OutputChannel: Sendable {
    /// The answer.
    case stdout
    /// Messages.
    case stderr
}

/// Called with each piece of output as it arrives, from several tasks at once; nothing more is read from a stream until
/// it returns.
package typealias OutputObserver = @Sendable (OutputChannel, ArraySlice<UInt8>) async -> Void

/// Runs requests; the engine knows `llm` only through this protocol.
package protocol Executor: Sendable {
    /// Executes one request; it never throws, because failures are part of the execution.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - timeout: the longest time that it may take once it can start; nil for no limit.
    ///   - stop: ends the execution early.
    ///   - output: receives output as it is written; nil if nobody watches.
    ///   - started: called once, when another request can be started.
    /// - Returns: how it went.
    func execute(
        _ request: LLMRequest, timeout: Duration?, stop: StopSignal, output: OutputObserver?,
        started: @escaping @Sendable () -> Void
    ) async -> Execution

    /// The number of requests that could be started now without waiting.
    func room() async -> Int

    /// Starts nothing more; requests that wait to start end as stopped.
    func stopStarting() async

    /// Ends everything that runs, for a process that is about to exit.
    func killAll()

    /// Ends what is kept running between requests, when none is being executed any more.
    func close() async
}
