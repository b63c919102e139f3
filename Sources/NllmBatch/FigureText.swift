import NllmCore

/// Latencies with their intervals.
enum LatencyText {
    /// `1.2 s (1.1–1.3)`, or without the interval if it is unknown.
    static func text(_ latency: (value: Double, low: Double?, high: Double?)) -> String {
        guard let low = latency.low, let high = latency.high else { return Format.duration(latency.value) }
        return "\(Format.duration(latency.value)) (\(Format.duration(low))–\(Format.duration(high)))"
    }
}

/// Rates with their intervals.
enum RateText {
    /// `90.4% (85–94)`, or without the interval if it is unknown.
    static func text(_ rate: Double, _ interval: ClosedRange<Double>?) -> String {
        let ends = interval.map { interval in
            [interval.lowerBound, interval.upperBound].map { DecimalText.rounded(100 * $0, places: 0) }
        }
        return NightTable.percent(rate) + (ends.map { " (\($0[0])–\($0[1]))" } ?? "")
    }
}

extension AnswerFigures {
    /// The pass rate with its interval; nil if no answer has a verdict.
    var rateText: String? { passRate.map { RateText.text($0, interval) } }

    /// The cost, which is a part of it where not all costs are known.
    var costText: String? { cost.map { (unknownCosts > 0 ? "≥ " : "") + Format.dollars($0) } }

    /// The figures for programs.
    var json: JSONValue {
        .object([
            .init("cells", .integer(cells)), .init("errors", .integer(errors)),
            .init("no_verdicts", .integer(noVerdicts)),
            .init("pass_rate", .optional(passRate)),
            .init("interval", interval.map { .array([.optional($0.lowerBound), .optional($0.upperBound)]) } ?? .null),
            .init("score", .optional(score)),
            .init("metrics", .object(metrics.sorted { $0.key < $1.key }.map { .init($0.key, .optional($0.value)) })),
            .init("latency_p50", Self.json(latency50)), .init("latency_p95", Self.json(latency95)),
            .init("tokens_in", .integer(tokensInput)), .init("tokens_out", .integer(tokensOutput)),
            .init("cost", .optional(cost)), .init("unknown_costs", .integer(unknownCosts)),
        ])
    }

    private static func json(_ latency: (value: Double, low: Double?, high: Double?)?) -> JSONValue {
        latency.map { latency in
            .object([
                .init("value", .optional(latency.value)), .init("low", .optional(latency.low)),
                .init("high", .optional(latency.high)),
            ])
        } ?? .null
    }
}

extension JSONValue {
    /// A number, or null for nil and for what is none.
    static func optional(_ number: Double?) -> JSONValue {
        number.flatMap { $0.isFinite ? JSONValue.number(String($0)) : nil } ?? .null
    }
}
