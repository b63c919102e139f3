/// Scores and thresholds in reasons.
extension Double {
    /// The number with at most two digits behind the point, rounded down, so that a missed limit shows.
    var hundredths: String { ((self * 100 + 1e-9).rounded(.down) / 100).shortest }

    /// The number without a fraction of zero.
    var shortest: String { Int(exactly: self).map(String.init) ?? String(self) }
}
