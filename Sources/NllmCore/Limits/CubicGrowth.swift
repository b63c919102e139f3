/// Growth after a cut: fast at first, slow around the value that was too much, then faster and faster.
///
/// Most of the time is so spent just below what was refused, and a limit that was raised is found all the same.
struct CubicGrowth: Sendable, Equatable {
    /// What was too much.
    var peak: Double
    /// Which part of the peak was cut off.
    var depth: Double
    /// Seconds until the peak is reached again.
    var span: Double

    /// What is allowed some seconds after the cut.
    func value(after seconds: Double) -> Double {
        let x = (max(0, seconds) - span) / span
        return peak * (1 + depth * x * x * x)
    }
}
