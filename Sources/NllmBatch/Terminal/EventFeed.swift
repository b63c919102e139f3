import NllmCore
import Synchronization

/// Brings what a worker tells to the screen.
///
/// A reader that is slow slows the output down, but one that stands still holds up no work: then lines are left out.
final class EventFeed: Sendable {
    /// Bytes of lines that may wait before the output is slowed down, and before lines are left out.
    private static let (slow, full) = (4 << 20, 32 << 20)
    /// So long a reader may take no line before it counts as standing still.
    private static let patience = Duration.seconds(2)
    private static let poll = Duration.milliseconds(5)

    private struct State {
        var waiting = 0
        var shown = 0
        var lost = 0
        /// What was shown when the reader was last found to stand still.
        var stillAt: Int?
    }

    let events: AsyncStream<WorkEvent>
    private let send: AsyncStream<WorkEvent>.Continuation
    private let state = Mutex(State())

    init() {
        (events, send) = AsyncStream.makeStream()
    }

    /// How many lines were left out.
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

    /// Returns when there is room for more lines, or when the reader stands still.
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

    /// Counts a line with what it takes beside its text; other events are few.
    private static func size(_ event: WorkEvent) -> Int {
        if case .line(_, _, _, _, let text) = event { text.utf8.count + 200 } else { 0 }
    }
}
