/// What a night comes to: figures, gates, and a comparison of each model with its history.
///
/// It is stored with its run, and reports are made from it alone, so that they say the same at any time.
package struct NightResult: Sendable, Hashable {
    package var run: NightRun
    /// Whether all gates hold; nil without gates.
    package var passed: Bool?
    /// Whether `no_regression` fails; nil if the night is held against nothing.
    package var regressed: Bool?
    /// Over all models.
    package var totals = NightFigures.Totals()
    package var gates: [NightGate] = []
    package var models: [NightModel] = []
    /// The labels of the history that this night does not have.
    package var goneModels: [String] = []
    /// Each metric by its name; nil if no cell has a value.
    package var metrics: [String: Double?] = [:]
    /// Nil if no judge was asked.
    package var judging: NightRequests?
    /// Nil if no failure was to be confirmed.
    package var confirming: NightRequests?
    /// What else happened, each on one line, such as a change of the model that a provider serves.
    package var events: [String] = []
    /// At most ``NightExcerpt/most``.
    package var excerpts: [NightExcerpt] = []
}

extension NightResult {
    /// Gathers what is known of a night; requests, events and excerpts are added to it.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - figures: its figures, with the report if it is held against anything.
    ///   - outcomes: what its gates came to.
    ///   - facts: what is counted in the cells of each model, in the order in which they are shown.
    init(_ run: NightRun, figures: NightFigures, outcomes: [GateOutcome], models facts: [NightModel.Facts]) {
        self.run = run
        passed = outcomes.isEmpty ? nil : outcomes.allSatisfy { $0.result == .passed }
        regressed = figures.report?.regressed
        totals = figures.all
        gates = outcomes.map(NightGate.init)
        goneModels = figures.report?.goneModels ?? []
        metrics = figures.metrics
        models = facts.map { facts in
            let model = figures.report?.models.first { $0.label == facts.label }
            return NightModel(
                facts: facts, totals: figures.models[facts.label] ?? NightFigures.Totals(),
                comparison: model.map { NightModel.Comparison($0, night: run.createdAt) })
        }
    }
}
