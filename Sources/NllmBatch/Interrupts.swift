@preconcurrency import Dispatch
import NllmCore
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Turns SIGHUP, SIGINT and SIGTERM into a request to stop, and a second one, or SIGQUIT, into an immediate exit.
///
/// If SIGHUP was ignored at the start, as under nohup, it stays ignored.
final class Interrupts: Sendable {
    /// A terminal that closes sends SIGHUP, and so does its shell: within this time they count as one signal.
    private static let hangUpSpan = Duration.seconds(2)

    private struct First {
        let signal: Int32
        let instant = ContinuousClock.now
    }

    private let first = Mutex<First?>(nil)
    private let isGivingUp = Mutex(false)
    private let sources: [any DispatchSourceSignal]

    /// - Parameters:
    ///   - shutdown: requested by the first signal.
    ///   - worker: the worker whose processes a second signal ends.
    init(shutdown: Shutdown, worker: Worker) {
        let queue = DispatchQueue(label: "signals")
        let numbers = (SignalDisposition.ignoresHangUp ? [] : [SIGHUP]) + [SIGINT, SIGTERM, SIGQUIT]
        sources = numbers.map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for (number, source) in zip(numbers, sources) {
            source.setEventHandler { [self] in
                switch meaning(of: number, count: Int(source.data)) {
                case .nothing: return
                case .stop: return shutdown.request()
                case .end: break
                }
                giveUp(worker, number)
            }
            source.activate()
        }
    }

    /// Ends the process at once, except that answers that have arrived are kept for the next worker.
    private func giveUp(_ worker: Worker, _ number: Int32) {
        let isFirst = isGivingUp.withLock { isGivingUp in
            defer { isGivingUp = true }
            return !isGivingUp
        }
        // A disk that does not respond does not delay a second signal.
        guard isFirst else {
            worker.killAll()
            _exit(128 + number)
        }
        Task {
            let note = await worker.giveUp()
            worker.killAll()
            let kept = note.map { "; \($0)" } ?? ""
            Console.error("ended at once; cells in flight are done again by the next worker\(kept)")
            _exit(128 + number)
        }
    }

    private enum Meaning {
        case nothing, stop, end
    }

    /// Signals in quick succession are reported together.
    private func meaning(of number: Int32, count: Int) -> Meaning {
        first.withLock { first in
            if number == SIGQUIT { return .end }
            guard let before = first else {
                first = First(signal: number)
                return count > 1 && number != SIGHUP ? .end : .stop
            }
            return number == SIGHUP && ContinuousClock.now - before.instant < Self.hangUpSpan ? .nothing : .end
        }
    }

    /// The status for the first signal; nil if there was none.
    var status: ExitStatus? {
        switch first.withLock({ $0?.signal }) {
        case SIGHUP: .hungUp
        case SIGINT: .interrupted
        case SIGTERM: .terminated
        default: nil
        }
    }
}
