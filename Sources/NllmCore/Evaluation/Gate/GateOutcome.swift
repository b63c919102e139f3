/// Whether a run meets a condition.
struct GateOutcome: Sendable, Hashable {
    enum Result: Sendable, Hashable {
        case passed
        case failed
        /// The condition means nothing for this run: a mistake of the suite, the configuration or the command line.
        case cannotBeEvaluated
    }

    let gate: GateExpression
    let result: Result
    /// Why, in one sentence on one line.
    let reason: String

    init(_ gate: GateExpression, _ figures: NightFigures) {
        let flaw = gate.flaw(
            labels: figures.models.keys, metrics: figures.metrics.keys, hasAssertions: figures.hasAssertions)
        let finding = flaw.map { Finding(.cannotBeEvaluated, $0) } ?? Finding(gate.condition, figures)
        self.gate = gate
        result = finding.result
        reason = finding.reason.oneLine
    }
}

/// A result and its reason.
private struct Finding {
    let result: GateOutcome.Result
    let reason: String

    init(_ result: GateOutcome.Result, _ reason: String) {
        self.result = result
        self.reason = reason
    }

    private init(_ isMet: Bool, _ reason: String) { self.init(isMet ? .passed : .failed, reason) }

    init(_ condition: GateExpression.Condition, _ figures: NightFigures) {
        switch (condition, figures.report) {
        case (.limit(let figure, let name, let comparison, let limit), _):
            self.init(figure, name, comparison, limit, figures)
        case (.noRegression, let report?): self.init(!report.regressed, report.regressionReason)
        case (.noBrokenPrompts, let report?): self.init(!report.hasBrokenPrompts, report.brokenReason)
        case (.noRegression, nil), (.noBrokenPrompts, nil):
            self.init(.cannotBeEvaluated, "the run belongs to no series; name one with --series, or a --baseline")
        }
    }

    private init(
        _ figure: GateFigure, _ name: String?, _ comparison: GateComparison, _ limit: GateLimit,
        _ figures: NightFigures
    ) {
        let totals = name.flatMap { figures.models[$0] } ?? figures.all
        let title = figure.rawValue + (name.map { " of `\($0)`" } ?? "")
        let hold = { (value: Double?, missing: String) in Finding(value, title, comparison, limit, missing: missing) }
        switch figure {
        case .passRate: self = hold(totals.passRate, "no answer has a verdict")
        case .score: self = hold(totals.score, "no answer has a verdict")
        case .errors: self.init(totals.errors, of: totals.cells, title, limit)
        case .noVerdicts: self.init(totals.noVerdicts, of: totals.cells, title, limit)
        case .latencyP95: self = hold(totals.latencyP95, "no duration is known")
        case .cost where totals.unknownCosts > 0 && comparison.holds(totals.cost, limit.value):
            let cells = totals.unknownCosts == 1 ? "1 cell" : "\(totals.unknownCosts) cells"
            self.init(.cannotBeEvaluated, "the cost of \(cells) is unknown; add the model's price to `costs`")
        case .cost: self = hold(totals.cost, "")
        case .metric:
            let value = name.flatMap { figures.metrics[$0] ?? nil }
            self.init(value, "metric `\(name ?? "")`", comparison, limit, missing: "no answer has a value")
        }
    }

    /// A number against its limit; without a number the condition is not met.
    private init(
        _ value: Double?, _ name: String, _ comparison: GateComparison, _ limit: GateLimit, missing: String
    ) {
        guard let value else {
            self.init(false, "\(name) is unknown: \(missing)")
            return
        }
        let isMet = comparison.holds(value, limit.value)
        let texts = DecimalText.distinct(value, limit.value, places: 3)
        let words = isMet ? "meets" : comparison == .atLeast ? "is below" : "is above"
        self.init(isMet, "\(name) \(texts.0)\(limit.unit) \(words) \(texts.1)\(limit.unit)")
    }

    /// A part of all cells against a number of them or a share.
    private init(_ part: Int, of all: Int, _ name: String, _ limit: GateLimit) {
        let words = { (isMet: Bool) in isMet ? "meets" : "is above" }
        guard case .share(let most) = limit else {
            let isMet = Double(part) <= limit.value
            let most = DecimalText.rounded(limit.value, places: 0)
            self.init(isMet, "\(name) \(part) of \(all) cells \(words(isMet)) \(most)")
            return
        }
        let share = all == 0 ? 0 : Double(part) / Double(all)
        let isMet = GateComparison.atMost.holds(share, most)
        let texts = DecimalText.distinct(100 * share, 100 * most, places: 1)
        self.init(isMet, "\(name) \(texts.0)% (\(part) of \(all) cells) \(words(isMet)) \(texts.1)%")
    }
}
