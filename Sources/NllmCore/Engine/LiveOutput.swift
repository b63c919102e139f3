internal import Synchronization

/// Turns what arrives of one cell's output into whole lines and reports them.
final class LiveOutput: Sendable {
    private let claim: Claim
    private let isSingle: Bool
    private let tell: @Sendable (WorkEvent) -> Void
    private let pace: @Sendable () async -> Void
    private let stdout = Mutex(LineSplitter())
    private let stderr = Mutex(LineSplitter())

    /// - Parameters:
    ///   - claim: the cell.
    ///   - isSingle: whether its run has only one prompt.
    ///   - tell: receives one event per line, in the order of each channel.
    ///   - pace: returns when more may be reported.
    init(
        _ claim: Claim, isSingle: Bool, tell: @escaping @Sendable (WorkEvent) -> Void,
        pace: @escaping @Sendable () async -> Void
    ) {
        self.claim = claim
        self.isSingle = isSingle
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

    /// Reports what was written after the last end of a line.
    func finish() {
        tellLines(.stdout, nil)
        tellLines(.stderr, nil)
    }

    private func tellLines(_ channel: OutputChannel, _ piece: ArraySlice<UInt8>?) {
        switch channel {
        case .stdout:
            for line in stdout.withLock({ $0.take(piece) }) { tellLine(channel, line) }
        case .stderr:
            // The tokens are reported because we ask for them; the results have them.
            for line in stderr.withLock({ $0.take(piece) }) where !UsageReport.hasLine(line) {
                tellLine(channel, Redaction.redact(line))
            }
        }
    }

    private func tellLine(_ channel: OutputChannel, _ text: String) {
        tell(
            .line(
                model: claim.label, prompt: isSingle ? nil : claim.prompt, sample: claim.sample, channel: channel,
                text: text))
    }
}
