/// On which side of a limit a figure has to be.
enum GateComparison: String, Sendable, Hashable {
    case atLeast = ">="
    case atMost = "<="

    /// Whether a figure is on the good side; sums that differ by their rounding alone count as equal.
    func holds(_ figure: Double, _ limit: Double) -> Bool {
        let slack = 1e-9 * max(1, abs(limit))
        return self == .atLeast ? figure >= limit - slack : figure <= limit + slack
    }
}
