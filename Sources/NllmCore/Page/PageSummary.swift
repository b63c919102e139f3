/// What the page says of a run as a whole.
struct PageSummary {
    /// The nights of a series that its chart shows.
    static let nights = 30

    let run: Run
    let figures: [(label: String, figures: AnswerFigures)]
    let baseline: Run?
    let comparison: RunComparison?
    /// What was found, as reports have it; nil if the run is not evaluated.
    let night: JSONValue?
    let trend: SeriesTrend?

    /// The whole, as summary.js reads it.
    var json: JSONValue {
        .object([
            .init("run", .string(run.name)), .init("created_at", .string(Timestamp.utc(run.createdAt))),
            .init("finished_at", .optional(run.finishedAt.map(Timestamp.utc))),
            .init("version", .string(NllmVersion.current)),
            .init("models", .array(figures.map(model))),
            .init("baseline", .optional(baseline?.name)),
            .init("night", night ?? .null),
            .init("series", .optional(trend?.series)),
            .init("nights", .array((trend?.nights ?? []).map(Self.json))),
        ])
    }

    private func model(label: String, figures: AnswerFigures) -> JSONValue {
        let compared = comparison?.models.first { $0.now == label }
        return .object([
            .init("label", .string(label)), .init("figures", figures.json),
            .init("before", compared?.figuresBefore?.json ?? .null),
            .init("comparison", .optional(compared?.sentence)),
        ])
    }

    private static func json(_ night: SeriesTrend.Night) -> JSONValue {
        let models = night.result?.models ?? []
        return .object([
            .init("run", .string(night.run)), .init("created_at", .string(Timestamp.utc(night.createdAt))),
            .init("state", .string(night.state.rawValue)),
            .init(
                "models",
                .array(
                    models.map { model in
                        let interval = model.facts.interval
                        return .object([
                            .init("label", .string(model.label)), .init("pass_rate", .finite(model.totals.passRate)),
                            .init("low", .finite(interval?.lowerBound)),
                            .init("high", .finite(interval?.upperBound)),
                            .init("latency_p95", .finite(model.totals.latencyP95)),
                            .init("cost", .finite(model.totals.cost)),
                        ])
                    })),
        ])
    }
}
