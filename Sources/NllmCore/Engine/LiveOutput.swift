internal import Synchronization

/// Reports what arrives of one cell's output: in whole lines, and an answer that is the only one as it comes.
final class LiveOutput: Sendable {
    /// How output is reported.
    enum Form {
        /// Lines with the model and the prompt.
        case lines
        /// Lines with the model, in a run of one prompt.
        case linesOfOnePrompt
        /// The answer in pieces, in a run of one cell.
        case pieces
    }

    private let claim: Claim
    private let form: Form
    private let tell: @Sendable (WorkEvent) -> Void
    private let pace: @Sendable () async -> Void
    private let stdout = Mutex(LineSplitter())
    private let answer = Mutex(Answer())
    private let stderr = Mutex(LineSplitter())

    /// An answer that is reported in pieces.
    private struct Answer {
        var pieces = TextPieces()
        var isInLine = false
    }

    /// - Parameters:
    ///   - claim: the cell.
    ///   - form: how it is reported.
    ///   - tell: receives one event per line or piece, in the order of each channel.
    ///   - pace: returns when more may be reported.
    init(
        _ claim: Claim, _ form: Form, tell: @escaping @Sendable (WorkEvent) -> Void,
        pace: @escaping @Sendable () async -> Void
    ) {
        self.claim = claim
        self.form = form
        self.tell = tell
        self.pace = pace
    }

    /// Gives an executor's output to this.
    var observer: OutputObserver {
        { channel, bytes in
            self.tellLines(channel, bytes)
            await self.pace()
        }
    }

    /// Reports what was written after the last end of a line, as a whole line.
    func finish() {
        tellLines(.stdout, nil)
        tellLines(.stderr, nil)
    }

    private func tellLines(_ channel: OutputChannel, _ piece: ArraySlice<UInt8>?) {
        switch channel {
        case .stdout where form == .pieces: answer.withLock { tellPiece(piece, of: &$0) }
        case .stdout:
            for line in stdout.withLock({ $0.take(piece) }) { tellLine(channel, line) }
        case .stderr:
            // The tokens are reported because we ask for them; the results have them.
            for line in stderr.withLock({ $0.take(piece) }) where !UsageReport.hasLine(line) {
                tellLine(channel, Redaction.redact(line))
            }
        }
    }

    private func tellPiece(_ piece: ArraySlice<UInt8>?, of answer: inout Answer) {
        var text = answer.pieces.take(piece)
        if let last = text.last { answer.isInLine = last != "\n" }
        if piece == nil, answer.isInLine {
            text += "\n"
            answer.isInLine = false
        }
        if !text.isEmpty { tell(.piece(model: claim.label, text: text)) }
    }

    private func tellLine(_ channel: OutputChannel, _ text: String) {
        tell(
            .line(
                model: claim.label, prompt: form == .lines ? claim.prompt : nil, sample: claim.sample, channel: channel,
                text: text))
    }
}
