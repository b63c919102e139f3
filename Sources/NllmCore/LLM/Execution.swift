internal import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// One of the two streams that a process writes to.
public enum OutputChannel: Sendable {
    /// The answer.
    case stdout
    /// Messages.
    case stderr
}

/// Is called with each piece of output as it arrives, from several tasks at once; nothing more is read of a stream until
/// it returns.
typealias OutputObserver = @Sendable (OutputChannel, ArraySlice<UInt8>) async -> Void

/// How one execution of `llm` went, before anything is made of it.
struct Execution: Sendable {
    enum End: Sendable, Equatable {
        case exited(code: Int32)
        case signaled(Int32)
        /// `llm` could not be started at all.
        case notStarted(reason: String)
    }

    /// Why the process was ended from here, if it was.
    enum Cause: Sendable, Equatable {
        case timedOut
        /// The worker shuts down, or has lost its lease.
        case stopped
        /// It wrote more than ``outputLimit``.
        case flooded
    }

    /// An answer of more bytes can't be stored in one row.
    static let outputLimit = 256 << 20

    var end: End
    var cause: Cause?
    var stdout: [UInt8] = []
    var stderr: [UInt8] = []
    var startedAt: Date
    var finishedAt: Date

    /// Why `llm` could not be started, if the reason would be the same for every cell; nil otherwise.
    var startFailure: String? {
        switch end {
        case .notStarted(let reason):
            return cause == nil && !reason.contains("Argument list too long") ? reason : nil
        case .exited(code: 126...127):
            let said = String(decoding: stderr.prefix(500), as: UTF8.self)
            return said.hasPrefix("setpriv: failed to execute") ? String(said.prefix { $0 != "\n" }) : nil
        default: return nil
        }
    }

    /// Whether a signal ended it with which people and systems stop programs.
    var isSignalledToStop: Bool { cause == nil && [SIGTERM, SIGINT, SIGHUP].contains { end == .signaled($0) } }
}

/// Runs requests; the engine knows `llm` only through this.
protocol Executor: Sendable {
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
}

/// A request to stop that reaches one waiting task.
final class StopSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Asks to stop; asking again changes nothing.
    func stop() {
        continuation.yield()
    }

    /// Returns when ``stop()`` was called, or when the waiting task is cancelled.
    func wait() async {
        for await _ in stream { return }
    }
}
