internal import FoundationEssentials

/// The outcome of an attempt, as it is recorded.
struct Outcome: Sendable {
    enum Status: String, Sendable {
        case ok, error, timeout
        /// Ended by this program before it was complete; it does not count as an attempt.
        case interrupted
    }

    /// The length of standard error that is kept in every result, in characters.
    static let tailLength = 2000
    /// The length of standard error that is searched for the reason of a failure, in bytes.
    static let saidLength = 1 << 16
    /// The length of a failure's message that is kept, in characters.
    static let messageLength = 500
    /// `exit_code` of an attempt that timed out, was killed, or never started.
    static let noExitCode = -1

    var status: Status
    var exitCode: Int
    var failure: Failure?
    /// Standard output, with invalid UTF-8 replaced by U+FFFD.
    var text: String
    /// The answers to the turns before the one that ``text`` answers.
    var earlier: [String] = []
    /// Standard output if its bytes cannot be restored from ``text`` alone; nil unless it is kept.
    var rawStdout: [UInt8]?
    /// All of standard error, redacted; nil unless it is kept.
    var rawStderr: [UInt8]?
    /// The end of standard error, redacted.
    var stderrTail: String
    var served = ServedAnswer()
    var usage: Usage?
    var resources: Execution.Resources?
    /// Whether the provider may have begun to answer, so that it may charge for the attempt.
    var mayBeBilled: Bool
    var startedAt: Date
    var finishedAt: Date

    /// The number of bytes in the answers to all turns.
    var answerSize: Int { earlier.map(\.utf8.count).reduce(text.utf8.count, +) }

    /// Duration in whole milliseconds.
    var durationMilliseconds: Int { max(0, Int((finishedAt.timeIntervalSince(startedAt) * 1000).rounded())) }
}
