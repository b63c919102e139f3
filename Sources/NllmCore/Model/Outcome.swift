internal import FoundationEssentials

/// What an attempt came to: what is recorded of it.
struct Outcome: Sendable {
    enum Status: String, Sendable {
        case ok, error, timeout
        /// Ended by us before it came to anything; it does not count as an attempt.
        case interrupted
    }

    /// How much of standard error is kept in every result, in characters.
    static let tailLength = 2000
    /// How much of standard error is searched for the reason of a failure, in bytes.
    static let saidLength = 1 << 16
    /// How much of a failure's message is kept, in characters.
    static let messageLength = 500
    /// `exit_code` of an attempt that timed out, was killed, or never started.
    static let noExitCode = -1

    var status: Status
    var exitCode: Int
    var failure: Failure?
    /// Standard output, what is not UTF-8 replaced by U+FFFD.
    var text: String
    /// Standard output where ``text`` does not give back its bytes; nil unless it is to be kept.
    var rawStdout: [UInt8]?
    /// All of standard error, redacted; nil unless it is to be kept.
    var rawStderr: [UInt8]?
    /// The end of standard error, redacted.
    var stderrTail: String
    var usage: Usage?
    var resources: Execution.Resources?
    /// Whether the provider may have begun to answer, so that it may charge for it.
    var mayBeBilled: Bool
    var startedAt: Date
    var finishedAt: Date

    /// Whole milliseconds from start to end.
    var durationMilliseconds: Int { max(0, Int((finishedAt.timeIntervalSince(startedAt) * 1000).rounded())) }
}
