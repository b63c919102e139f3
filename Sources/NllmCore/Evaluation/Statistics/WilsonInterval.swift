/// Wilson's score interval for a rate.
enum WilsonInterval {
    /// The 95 % interval of the rate behind passes in independent trials; nil without trials.
    ///
    /// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    static func of(passes: Int, trials: Int) -> ClosedRange<Double>? {
        guard trials > 0, (0...trials).contains(passes) else { return nil }
        let (n, z) = (Double(trials), NormalDistribution.bound95)
        let rate = Double(passes) / n
        let center = (rate + z * z / (2 * n)) / (1 + z * z / n)
        let half = z * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot() / (1 + z * z / n)
        // At the ends rounding alone keeps the bounds from 0 and 1.
        let low = passes == 0 ? 0 : max(0, center - half)
        let high = passes == trials ? 1 : min(1, center + half)
        return low...high
    }
}
