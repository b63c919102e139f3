internal import Synchronization

/// One request in a bridge: its events that have not been read yet.
///
/// Output is queued here as bytes, with adjacent pieces of one channel joined, so that a slow reader costs no more
/// memory than the answer itself, however small the pieces are.
final class BridgeCall: Sendable {
    private let state = Mutex(State())
    private let news = StopSignal()

    private struct State {
        var isStarted = false
        var output: [(channel: OutputChannel, bytes: OutputBuffer)] = []
        var end: BridgeEnd?
        /// Whether no more events can come.
        var isOver = false

        /// Takes all of them.
        mutating func removeNews() -> State {
            defer { output = [] }
            return self
        }
    }

    /// Adds an event of the request.
    func take(_ event: BridgeEvent) {
        state.withLock { state in
            switch event {
            case .started: state.isStarted = true
            case .output(_, let channel, let bytes):
                if state.output.last?.channel != channel { state.output.append((channel, OutputBuffer())) }
                state.output[state.output.count - 1].bytes.append(bytes)
            case .ended(_, let end): (state.end, state.isOver) = (end, true)
            case .ready, .unusable: break
            }
        }
        news.stop()
    }

    /// Records that the bridge has ended.
    func end() {
        state.withLock { $0.isOver = true }
        news.stop()
    }

    /// Waits for the end of the request.
    ///
    /// - Parameters:
    ///   - started: called when the request has started.
    ///   - output: receives output as it is written.
    /// - Returns: how it ended, with all of its output; nil if its bridge ended before.
    func end(started: StopSignal, output: OutputObserver?) async -> BridgeEnd? {
        var (stdout, stderr) = (OutputBuffer(), OutputBuffer())
        while true {
            await news.wait()
            let known = state.withLock { $0.removeNews() }
            if known.isStarted { started.stop() }
            for (channel, bytes) in known.output {
                switch channel {
                case .stdout: stdout.append(bytes)
                case .stderr: stderr.append(bytes)
                }
                guard let output else { continue }
                for piece in bytes.pieces { await output(channel, piece[...]) }
            }
            guard known.isOver else {
                // A cancelled task would not wait.
                if Task.isCancelled { return nil }
                continue
            }
            guard var end = known.end else { return nil }
            // The output that was not sent before, which is all or nothing.
            if end.stdout.isEmpty { end.stdout = stdout.removeAll() }
            if end.stderr.isEmpty { end.stderr = stderr.removeAll() }
            return end
        }
    }
}
