/// The pass rate of one run, with its 95 % interval.
struct PassRate: Sendable, Hashable {
    /// What the samples of one prompt came to.
    struct Count: Sendable, Hashable {
        let passes: Int
        /// The number of samples with a verdict.
        let trials: Int
        /// The name of the prompt's cluster; nil if it has none.
        var cluster: String?
    }

    /// The mean over prompts of the share of their samples that pass.
    let rate: Double
    /// Nil if there are too few prompts or clusters to tell.
    let interval: ClosedRange<Double>?

    /// The rate over prompts, of which those without a verdict are left out; nil if none has one.
    ///
    /// The interval is Wilson's for one sample per prompt and no clusters, else that of a ``ClusteredMean``.
    init?(_ counts: [Count]) {
        let judged = counts.filter { $0.trials > 0 }
        let values = judged.map {
            ClusteredMean.Value(value: Double($0.passes) / Double($0.trials), cluster: $0.cluster)
        }
        guard let mean = ClusteredMean(values) else { return nil }
        rate = mean.mean
        if judged.allSatisfy({ $0.trials == 1 && $0.cluster == nil }) {
            interval = WilsonInterval.of(passes: judged.reduce(0) { $0 + $1.passes }, trials: judged.count)
        } else {
            interval = mean.interval
        }
    }
}
