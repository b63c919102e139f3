internal import Dispatch

/// An executor with its own thread, for actors that wait for disks and locks.
public final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// - Parameter label: the name of the thread's queue, for debuggers.
    public init(label: String) {
        queue = DispatchQueue(label: label)
    }

    /// Runs a job after those that were enqueued before it.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
