package import FoundationEssentials

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// How one execution of `llm` went, before it is interpreted.
package struct Execution: Sendable {
    enum End: Sendable, Equatable {
        case exited(code: Int32)
        case signaled(Int32)
        /// `llm` could not be started at all.
        case notStarted(reason: String)
    }

    /// Why this program ended the process, if it did.
    enum Cause: Sendable, Equatable {
        case timedOut
        /// The worker is shutting down, or has lost its lease.
        case stopped
        /// A file of the request is not what it was when the cell was enqueued; `llm` was not started.
        case refused
        /// It wrote more than an answer may have.
        case flooded
    }

    var end: End
    var cause: Cause?
    var stdout: [UInt8] = []
    var stderr: [UInt8] = []
    var startedAt: Date
    var finishedAt: Date
    /// What went wrong, if the executor sees more of it than standard error.
    var error: ProviderError?
    /// Why the model stopped, if the executor knows.
    var finish: FinishReason?
    /// Whether that counts only if `--fail-on` asks for it, because elsewhere the same request would end without it.
    var hidesFinish = false
    /// What the provider says of the answer, as far as the executor sees that.
    var served = ServedAnswer()
    /// What the server sent instead of a model's answer, such as `HTML (text/html)`, if the executor sees that.
    var foreignAnswer: String?
    /// Whether nothing is known about the server's answer except what `llm` printed.
    var isOpaque = false
    /// The number of bytes in ``stdout`` at the end of each turn but the last that was begun; empty for a single one.
    var turnEnds: [Int] = []
    /// The tokens that it took; nil if none were reported.
    var usage: Usage?
    /// The process's use of resources; nil if cells share a process, or it was not measured.
    var resources: Resources?

    /// A process's use of resources from its start to its end.
    struct Resources: Sendable, Equatable {
        var cpuMilliseconds: Int
        var peakMemoryKilobytes: Int
    }

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

    /// Whether a signal ended it that people and systems use to stop programs.
    var isSignalledToStop: Bool { cause == nil && [SIGTERM, SIGINT, SIGHUP].contains { end == .signaled($0) } }
}

extension Execution {
    /// An execution that has just ended and was measured from its start.
    init(end: End, cause: Cause? = nil, since watch: Stopwatch) {
        let times = watch.times()
        self.init(end: end, cause: cause, startedAt: times.start, finishedAt: times.end)
    }

    /// An execution that succeeded.
    package init(
        stdout: [UInt8], stderr: [UInt8], tokens: (input: Int, output: Int), startedAt: Date, finishedAt: Date
    ) {
        self.init(
            end: .exited(code: 0), stdout: stdout, stderr: stderr, startedAt: startedAt, finishedAt: finishedAt)
        var usage = Usage()
        (usage.input, usage.output) = tokens
        self.usage = usage
    }
}
