@preconcurrency import Dispatch
import NllmCore
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Turns SIGINT and SIGTERM into a request to stop, and a second one into an end at once.
final class Interrupts: Sendable {
    private let first = Mutex<Int32?>(nil)
    private let sources: [any DispatchSourceSignal]

    /// - Parameters:
    ///   - shutdown: is requested by the first signal.
    ///   - worker: whose processes end with a second one.
    init(shutdown: Shutdown, worker: Worker) {
        let queue = DispatchQueue(label: "signals")
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for (number, source) in zip([SIGINT, SIGTERM], sources) {
            source.setEventHandler { [self] in
                // Signals that come in quick succession are told of together.
                let isSecond = first.withLock { first in
                    defer { first = first ?? number }
                    return first != nil || source.data > 1
                }
                guard isSecond else { return shutdown.request() }
                worker.killAll()
                Console.error("ended at once; cells in flight are done again by the next worker")
                _exit(128 + number)
            }
            source.activate()
        }
    }

    /// The status for the first signal that came; nil if none did.
    var status: ExitStatus? {
        switch first.withLock({ $0 }) {
        case SIGINT: .interrupted
        case SIGTERM: .terminated
        default: nil
        }
    }
}
