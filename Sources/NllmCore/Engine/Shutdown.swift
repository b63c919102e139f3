/// Asks a worker to stop.
public final class Shutdown: Sendable {
    let signal = StopSignal()

    /// A request that has not been made yet.
    public init() {}

    /// Stops claiming; cells in flight are given the grace period.
    public func request() { signal.stop() }
}
