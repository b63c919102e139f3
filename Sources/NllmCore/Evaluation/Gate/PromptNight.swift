/// What the samples of one prompt came to on one night, for one model.
struct PromptNight: Sendable, Hashable {
    /// The number of samples that were asked for, confirming answers aside.
    let samples: Int
    /// The samples with a verdict.
    let trials: Int
    /// Those of them that failed.
    let failures: Int
    /// The mean over samples with a verdict, from 0 to 1; nil if none has one.
    let value: Double?

    /// A night whose value is the mean score given, or else the share of passes.
    init(samples: Int, trials: Int, failures: Int, value: Double? = nil) {
        self.samples = samples
        self.trials = trials
        self.failures = failures
        self.value = trials > 0 ? value ?? Double(trials - failures) / Double(trials) : nil
    }

    /// Whether the value is other than the share of passes.
    var isScored: Bool { value.map { abs($0 * Double(trials) - Double(trials - failures)) > 1e-6 } ?? false }
    /// Whether each sample has a verdict, and none passed.
    var failedThroughout: Bool { samples > 0 && trials == samples && failures == trials }
}
