/// The number of successes in independent trials of the same probability.
struct BinomialDistribution {
    /// At least 0.
    let trials: Int
    /// The probability of a success, between 0 and 1.
    let probability: Double

    /// The probability of at most that many successes.
    func cumulative(_ successes: Int) -> Double {
        guard successes >= 0 else { return 0 }
        guard successes < trials else { return 1 }
        return IncompleteBeta.regularized(1 - probability, Double(trials - successes), Double(successes + 1))
    }

    /// The least number of successes that is not exceeded with at least a share of the probability.
    func quantile(_ share: Double) -> Int {
        var (low, high) = (0, trials)
        while low < high {
            let middle = (low + high) / 2
            if cumulative(middle) < share { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
