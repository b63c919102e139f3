/// A request to stop that reaches one waiting task.
package final class StopSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Requests a stop; further calls have no effect.
    func stop() {
        continuation.yield()
    }

    /// Returns when ``stop()`` has been called, or when the waiting task is cancelled.
    func wait() async {
        for await _ in stream { return }
    }
}
