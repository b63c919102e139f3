/// What a gate can hold against a limit.
enum GateFigure: String, Sendable, Hashable, CaseIterable {
    case passRate = "pass_rate"
    case score
    case errors
    case noVerdicts = "no_verdicts"
    case latencyP95 = "latency_p95"
    case cost
    case metric

    /// A gate on it, as users write it.
    var example: String {
        switch self {
        case .passRate: "pass_rate >= 0.9"
        case .score: "score >= 0.8"
        case .errors: "errors <= 1%"
        case .noVerdicts: "no_verdicts <= 2%"
        case .latencyP95: "latency_p95 <= 8s"
        case .cost: "cost <= 2.50"
        case .metric: #"metric("NAME") >= 0.7"#
        }
    }

    /// The comparisons that it takes: only those towards the good side, where that is known.
    var comparisons: [GateComparison] {
        switch self {
        case .passRate, .score: [.atLeast]
        case .errors, .noVerdicts, .latencyP95, .cost: [.atMost]
        case .metric: [.atLeast, .atMost]
        }
    }

    /// What a limit of it may be, in words that follow "must be".
    var limits: String {
        switch self {
        case .passRate, .score: "0 to 1, or 0% to 100%"
        case .errors, .noVerdicts: "a whole number of cells, or a share of them from 0% to 100%"
        case .latencyP95: "a duration with its unit, such as 500ms, 8s or 2m"
        case .cost: "a number of US dollars"
        case .metric: "a number"
        }
    }

    /// Whether it is about assertions, so that it means nothing where there are none.
    var needsAssertions: Bool {
        switch self {
        case .passRate, .score, .noVerdicts, .metric: true
        case .errors, .latencyP95, .cost: false
        }
    }
}
