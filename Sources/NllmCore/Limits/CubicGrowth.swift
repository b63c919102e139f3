/// Growth after a cut: fast at first, slow near the value that was too much, then increasingly fast.
///
/// So most of the time is spent just below what was refused, and a raised limit is still discovered.
struct CubicGrowth: Sendable, Equatable {
    /// The value that was too much.
    var peak: Double
    /// The fraction of the peak that was cut off.
    var depth: Double
    /// Seconds until the peak is reached again.
    var span: Double

    /// The allowed value some seconds after the cut.
    func value(after seconds: Double) -> Double {
        let x = (max(0, seconds) - span) / span
        return peak * (1 + depth * x * x * x)
    }
}
