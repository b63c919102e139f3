/// One of the two streams that a process writes to.
public enum OutputChannel: Sendable {
    /// The answer.
    case stdout
    /// Messages.
    case stderr
}

/// Is called with each piece of output as it arrives, from several tasks at once; nothing more is read of a stream until
/// it returns.
package typealias OutputObserver = @Sendable (OutputChannel, ArraySlice<UInt8>) async -> Void

/// Runs requests; the engine knows `llm` only through this.
package protocol Executor: Sendable {
    /// Executes one request and never throws: what went wrong is part of the execution.
    ///
    /// - Parameters:
    ///   - request: what to ask.
    ///   - timeout: how long the request may take once it can start; nil for as long as it takes.
    ///   - stop: ends the execution early.
    ///   - output: sees what is written while it is written; nil when nobody watches.
    ///   - started: called once, when another request can be started.
    /// - Returns: how it went.
    func execute(
        _ request: LLMRequest, timeout: Duration?, stop: StopSignal, output: OutputObserver?,
        started: @escaping @Sendable () -> Void
    ) async -> Execution

    /// How many requests could be started now without waiting.
    func room() async -> Int

    /// Starts nothing more; what waits to be started ends as stopped.
    func stopStarting() async

    /// Ends at once whatever runs, for a process that is about to leave.
    func killAll()

    /// Ends what is kept running between requests, when none is being executed any more.
    func close() async
}
