import NllmCore
import Synchronization

/// Passes a worker's events to the screen.
///
/// A slow reader slows the output down, but a stalled one does not block the work: then lines are left out.
final class EventFeed: Sendable {
    /// Bytes of queued lines after which the output is slowed down, and after which lines are left out.
    private static let (slow, full) = (4 << 20, 32 << 20)
    /// The time without reading a line after which a reader counts as stalled.
    private static let patience = Duration.seconds(2)
    private static let poll = Duration.milliseconds(5)

    private struct State {
        var waiting = 0
        var shown = 0
        var lost = 0
        /// What had been shown when the reader was last found to be stalled.
        var stillAt: Int?
    }

    let events: AsyncStream<WorkEvent>
    private let send: AsyncStream<WorkEvent>.Continuation
    private let state = Mutex(State())

    init() {
        (events, send) = AsyncStream.makeStream()
    }

    /// The number of lines that were left out.
    var lost: Int { state.withLock { $0.lost } }

    /// Takes an event, from any thread.
    func put(_ event: WorkEvent) {
        let size = Self.size(event)
        let fits = state.withLock { state in
            guard size == 0 || state.waiting + size <= Self.full else {
                state.lost += 1
                return false
            }
            state.waiting += size
            return true
        }
        if fits { send.yield(event) }
    }

    /// Makes room for others.
    func note(shown event: WorkEvent) {
        state.withLock { state in
            state.waiting -= Self.size(event)
            state.shown += 1
        }
    }

    /// Returns when there is room for more lines, or when the reader is stalled.
    func pace() async {
        let clock = ContinuousClock()
        var (last, since) = (-1, clock.now)
        while true {
            let shown = state.withLock { $0.waiting > Self.slow && $0.stillAt != $0.shown ? $0.shown : nil }
            guard let shown else { return }
            if shown != last {
                (last, since) = (shown, clock.now)
            } else if clock.now - since > Self.patience {
                state.withLock { $0.stillAt = shown }
            }
            guard (try? await Task.sleep(for: Self.poll)) != nil else { return }
        }
    }

    /// Ends the events after those that were taken.
    func finish() { send.finish() }

    /// Counts a line or piece with its overhead; other events are rare.
    private static func size(_ event: WorkEvent) -> Int {
        switch event {
        case .line(_, _, _, _, let text), .piece(_, let text): text.utf8.count + 200
        default: 0
        }
    }
}
