/// A percentile of values, with a 95 % interval that assumes nothing of their distribution.
struct Percentile: Sendable, Hashable {
    /// The least of the values that at least that share of them does not exceed.
    let value: Double
    /// The lower end of the interval; nil if there are too few values to tell.
    let low: Double?
    /// The upper end of the interval; nil if there are too few values to tell.
    let high: Double?

    /// The percentile for a share between 0 and 1; nil without values.
    ///
    /// The ends are order statistics, at the 2.5 and 97.5 % points of the binomial number of values below the
    /// percentile (H. A. David and H. N. Nagaraja, "Order statistics", 7.1).
    init?(_ share: Double, of values: [Double]) {
        guard !values.isEmpty, (0...1).contains(share) else { return nil }
        let sorted = values.sorted()
        // A product such as 0.07 × 100 may come out slightly above the whole number that it is.
        let rank = Int((share * Double(sorted.count) - 1e-9).rounded(.up))
        let below = BinomialDistribution(trials: sorted.count, probability: share)
        value = sorted[min(max(rank, 1), sorted.count) - 1]
        low = Self.element(below.quantile(0.025), of: sorted)
        high = Self.element(below.quantile(0.975) + 1, of: sorted)
    }

    /// The value of a rank from 1; nil beyond the values.
    private static func element(_ rank: Int, of sorted: [Double]) -> Double? {
        sorted.indices.contains(rank - 1) ? sorted[rank - 1] : nil
    }
}
