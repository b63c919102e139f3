/// What a night of a series comes to against its history: the rate test of each model, and broken prompts.
struct NightReport: Sendable, Hashable {
    /// One model's part.
    struct Model: Sendable, Hashable {
        let label: String
        let verdict: ModelVerdict
        let comparison: NightComparison
        /// The p-value after Holm's adjustment for the number of models; nil if nothing is compared.
        let adjustedP: Double?
        let prompts: BrokenPrompts

        /// Whether `no_regression` allows it.
        var passes: Bool { verdict.passes && prompts.broken.isEmpty && prompts.unconfirmed.isEmpty }
    }

    /// The models of tonight, in the order given.
    let models: [Model]
    /// The labels of the history that tonight does not have.
    let goneModels: [String]

    /// Judges a night.
    ///
    /// - Parameters:
    ///   - histories: each model of tonight or of the history once.
    ///   - rule: what counts as a regression.
    ///   - seed: decides which of too many suspects are asked on; the same each time a night is judged.
    init(_ histories: [NightHistory], rule: RegressionRule = RegressionRule(), seed: UInt64) {
        let tonight = histories.filter { !$0.isGone }
        goneModels = histories.filter(\.isGone).map(\.label)
        let comparisons = tonight.map(NightComparison.init)
        let adjusted = Self.adjusted(comparisons.map(\.pValue))
        let confirm = rule.failuresToConfirm(prompts: tonight.reduce(0) { $0 + $1.promptsTonight })
        models = tonight.indices.map { index in
            let history = tonight[index]
            let verdict = ModelVerdict(
                comparisons[index], isNew: history.isNew, adjustedP: adjusted[index], rule: rule)
            return Model(
                label: history.label, verdict: verdict, comparison: comparisons[index], adjustedP: adjusted[index],
                prompts: BrokenPrompts(history, confirm: confirm, seed: seed))
        }
    }

    /// Whether any model has a history; without one, `no_regression` passes.
    var hasHistory: Bool { models.contains { $0.verdict != .new } || !goneModels.isEmpty }
    /// Whether confirming answers are still to come, so that the report is not final.
    var isOpen: Bool { models.contains { !$0.prompts.open.isEmpty } }
    /// Whether `no_regression` fails.
    var regressed: Bool { !models.allSatisfy(\.passes) }
    /// Whether `no_broken_prompts` fails.
    var hasBrokenPrompts: Bool { models.contains { !$0.prompts.broken.isEmpty } }

    /// Holm's adjustment over the models that have a p-value.
    private static func adjusted(_ values: [Double?]) -> [Double?] {
        var adjusted = HolmAdjustment.adjusted(values.compactMap(\.self)).makeIterator()
        return values.map { $0 == nil ? nil : adjusted.next() }
    }
}
