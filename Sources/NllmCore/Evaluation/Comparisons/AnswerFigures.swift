/// The figures of one model in one run.
package struct AnswerFigures: Sendable {
    package let cells: Int
    /// The cells without a good answer.
    package let errors: Int
    /// The good answers with assertions but without a verdict.
    package let noVerdicts: Int
    /// The mean over prompts, from 0 to 1; nil if none has a verdict.
    package let passRate: Double?
    /// The 95 % interval of the pass rate.
    package let interval: ClosedRange<Double>?
    /// The mean over answers, from 0 to 1.
    package let score: Double?
    /// By name, the mean over assertions with that metric, or what is derived from such means.
    package let metrics: [String: Double]
    /// Percentiles of the latency in seconds, with their intervals.
    package let latency50: (value: Double, low: Double?, high: Double?)?
    package let latency95: (value: Double, low: Double?, high: Double?)?
    package let tokensInput: Int
    package let tokensOutput: Int
    /// US dollars, as far as known; nil if nothing is.
    package let cost: Double?
    /// The number of answers whose cost is unknown.
    package let unknownCosts: Int

    init(_ answers: ModelAnswers, _ derived: [DerivedMetric]) {
        cells = answers.cells
        errors = answers.errors
        noVerdicts = answers.noVerdicts
        // In one order, so that sums are the same each time.
        let prompts = answers.prompts.values.sorted { $0.position < $1.position }
        let rate = PassRate(
            prompts.map { PassRate.Count(passes: $0.trials - $0.failures, trials: $0.trials, cluster: $0.cluster) })
        passRate = rate?.rate
        interval = rate?.interval
        score = answers.scores.count > 0 ? answers.scores.sum / Double(answers.scores.count) : nil
        metrics = derived.reduce(into: answers.metrics.mapValues { $0.sum / Double($0.count) }) { metrics, derived in
            let known = metrics
            metrics[derived.name] = derived.expression.value { known[$0] }
        }
        let percentile = { (share: Double) in
            Percentile(share, of: answers.durations).map { ($0.value, $0.low, $0.high) }
        }
        (latency50, latency95) = (percentile(0.5), percentile(0.95))
        (tokensInput, tokensOutput) = (answers.tokensInput, answers.tokensOutput)
        cost = answers.cost > 0 || answers.unknownCosts == 0 ? answers.cost : nil
        unknownCosts = answers.unknownCosts
    }
}

extension AnswerFigures {
    /// The figures for programs.
    package var json: JSONValue {
        .object([
            .init("cells", .integer(cells)), .init("errors", .integer(errors)),
            .init("no_verdicts", .integer(noVerdicts)),
            .init("pass_rate", .finite(passRate)),
            .init("interval", interval.map { .array([.finite($0.lowerBound), .finite($0.upperBound)]) } ?? .null),
            .init("score", .finite(score)),
            .init("metrics", .object(metrics.sorted { $0.key < $1.key }.map { .init($0.key, .finite($0.value)) })),
            .init("latency_p50", Self.json(latency50)), .init("latency_p95", Self.json(latency95)),
            .init("tokens_in", .integer(tokensInput)), .init("tokens_out", .integer(tokensOutput)),
            .init("cost", .finite(cost)), .init("unknown_costs", .integer(unknownCosts)),
        ])
    }

    private static func json(_ latency: (value: Double, low: Double?, high: Double?)?) -> JSONValue {
        latency.map { latency in
            .object([
                .init("value", .finite(latency.value)), .init("low", .finite(latency.low)),
                .init("high", .finite(latency.high)),
            ])
        } ?? .null
    }
}
