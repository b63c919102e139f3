/// Student's t distribution.
enum StudentDistribution {
    /// The probability of a value of at most t.
    static func cumulative(_ t: Double, degrees: Double) -> Double {
        let tail = IncompleteBeta.regularized(degrees / (degrees + t * t), degrees / 2, 0.5) / 2
        return t > 0 ? 1 - tail : tail
    }

    /// The value that is not exceeded with a probability; infinite for probabilities of 0 and 1.
    ///
    /// The relative error is below 1e-9 for probabilities from 0.001 to 0.999.
    static func quantile(_ probability: Double, degrees: Double) -> Double {
        guard probability > 0 else { return -.infinity }
        guard probability < 1 else { return .infinity }
        guard probability >= 0.5 else { return -quantile(1 - probability, degrees: degrees) }
        var (low, high) = (0.0, 1.0)
        while high < 1e300, cumulative(high, degrees: degrees) < probability { (low, high) = (high, high * 2) }
        while case let middle = (low + high) / 2, middle > low, middle < high {
            if cumulative(middle, degrees: degrees) < probability { low = middle } else { high = middle }
        }
        return high
    }
}
