/// A mean with the standard error of values that agree within clusters.
///
/// With G clusters and N values, SE² = G/(G−1) · Σ_g(Σ(x−x̄))² / N²: Liang and Zeger's sandwich with the correction for
/// few clusters, as in E. Miller, "Adding error bars to evals", 2024. Where each value is its own cluster this is the
/// usual s²/N.
struct ClusteredMean: Sendable, Hashable {
    /// A value, and what it shares with others.
    struct Value: Sendable, Hashable {
        let value: Double
        /// The name of its cluster; nil if it is a cluster of its own.
        var cluster: String?
    }

    let mean: Double
    /// The number of clusters.
    let clusters: Int
    /// Nil with fewer than two clusters.
    let standardError: Double?

    /// The mean of values; nil if there are none.
    init?(_ values: [Value]) {
        guard !values.isEmpty else { return nil }
        let count = Double(values.count)
        mean = values.reduce(0) { $0 + $1.value } / count
        var (sums, squares) = ([String: Double](), 0.0)
        var alone = 0
        for value in values {
            let deviation = value.value - mean
            if let cluster = value.cluster {
                sums[cluster, default: 0] += deviation
            } else {
                alone += 1
                squares += deviation * deviation
            }
        }
        clusters = alone + sums.count
        // In one order, so that the sum is the same each time.
        squares = sums.values.map { $0 * $0 }.sorted().reduce(squares, +)
        let correction = Double(clusters) / Double(clusters - 1)
        standardError = clusters > 1 ? (correction * squares).squareRoot() / count : nil
    }

    /// The two-sided 95 % interval by Student's t; nil with fewer than two clusters.
    var interval: ClosedRange<Double>? {
        halfWidth(0.975).map { mean - $0...mean + $0 }
    }

    /// The one-sided upper 95 % bound by Student's t; nil with fewer than two clusters.
    var upperBound: Double? { halfWidth(0.95).map { mean + $0 } }

    /// Nil as well where values are infinite or not numbers, as metrics may be.
    private func halfWidth(_ probability: Double) -> Double? {
        guard mean.isFinite, let standardError, standardError.isFinite else { return nil }
        return StudentDistribution.quantile(probability, degrees: Double(clusters - 1)) * standardError
    }
}
