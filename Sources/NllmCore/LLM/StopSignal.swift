/// A request to stop that reaches one waiting task.
package final class StopSignal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Asks to stop; asking again changes nothing.
    func stop() {
        continuation.yield()
    }

    /// Returns when ``stop()`` was called, or when the waiting task is cancelled.
    func wait() async {
        for await _ in stream { return }
    }
}
