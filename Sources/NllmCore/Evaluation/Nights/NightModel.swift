package import FoundationEssentials

/// What a night comes to for one model.
package struct NightModel: Sendable, Hashable {
    /// What can be counted in the model's cells, beside its ``NightFigures/Totals``.
    package struct Facts: Sendable, Hashable {
        package var label: String
        /// The number of cells with an answer that passed.
        package var passed = 0
        /// The number of cells with an answer that failed.
        package var failed = 0
        /// The 95 % interval of the pass rate; nil if there is too little to tell.
        package var interval: ClosedRange<Double>?
        /// Tokens of the prompts; nil if no cell states any.
        package var tokensIn: Int?
        /// Tokens of the answers; nil if no cell states any.
        package var tokensOut: Int?
        /// What the provider says it served, in any order.
        package var served: [ServedModel] = []
    }

    /// A prompt that fails for certain.
    package struct BrokenPrompt: Sendable, Hashable {
        package var id: String
        /// When the first night that named it was created.
        package var since: Date
    }

    /// How the night compares with the history or another baseline.
    package struct Comparison: Sendable, Hashable {
        package var verdict: NightVerdict
        /// The verdict with its figures on one line, without the label.
        package var text: String
        /// How far the compared prompts dropped on average, in points: negative if they rose, nil if none is compared.
        package var drop: Double?
        /// The one-sided 95 % upper bound of the drop, in points.
        package var bound: Double?
        /// The p-value of the rate test, adjusted for the number of models.
        package var p: Double?
        /// The number of compared prompts.
        package var compared = 0
        package var broken: [BrokenPrompt] = []
        /// The ids of suspects that passed when they were asked again.
        package var flaky: [String] = []
        /// The ids of suspects about which no further answer says anything.
        package var unconfirmed: [String] = []
        /// The ids of suspects that were too many to be asked again.
        package var notAsked: [String] = []
        /// The ids of prompts that the history has not asked.
        package var new: [String] = []
        /// The ids of prompts of the last night that this one has not asked.
        package var gone: [String] = []
        /// The ids of prompts without a verdict on this night, or on every earlier one.
        package var withoutVerdict: [String] = []
    }

    package var facts: Facts
    package var totals = NightFigures.Totals()
    /// Nil if the night is held against nothing.
    package var comparison: Comparison?

    package var label: String { facts.label }
}

extension NightModel.Comparison {
    /// - Parameters:
    ///   - model: what was found.
    ///   - night: when the night was created, which is since when a prompt is broken that was not before.
    init(_ model: NightReport.Model, night: Date) {
        verdict = NightVerdict(model.verdict)
        text = model.verdictWords.oneLine
        drop = model.comparison.drop
        bound = model.comparison.bound
        p = model.adjustedP
        compared = model.comparison.compared
        broken = model.prompts.broken.map { NightModel.BrokenPrompt(id: $0.id, since: $0.since ?? night) }
        flaky = model.prompts.flaky
        unconfirmed = model.prompts.unconfirmed
        notAsked = model.prompts.notAsked
        new = model.comparison.new
        gone = model.comparison.gone
        withoutVerdict = model.comparison.withoutVerdict
    }
}
