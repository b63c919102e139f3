internal import FoundationEssentials

/// Reads the figures of a run, and holds them against its gates.
struct NightReader {
    let store: Store
    let evaluation: StoredEvaluation
    let settings: NightSettings
    let report: NightReport?
    /// The night before in the series; nil if there is none.
    let last: StoredNight?

    func result(now: Date) throws(NllmError) -> NightResult {
        let run = evaluation.run
        let counts = try store.nightCounts(of: run.id)
        let samples = try samples()
        var figures = NightFigures()
        figures.hasAssertions = !samples.isEmpty
        figures.report = report
        figures.metrics = try metrics()
        for count in counts {
            figures.models[count.label] = Self.totals([count], samples[count.label] ?? [])
        }
        figures.all = Self.totals(counts, counts.flatMap { samples[$0.label] ?? [] })
        let night = NightRun(
            name: run.name, series: evaluation.series, createdAt: run.createdAt, evaluatedAt: now, state: state,
            baseline: report == nil ? nil : settings.baseline.text)
        let served = try served()
        let facts = counts.map { count in
            Self.facts(count, samples[count.label] ?? [], served[count.label] ?? [])
        }
        var result = NightResult(
            night, figures: figures, outcomes: settings.allGates.map { GateOutcome($0, figures) }, models: facts)
        if let requests = try store.requests(of: run.id, .judging) {
            result.judging = NightRequests(
                cells: requests.cells, noVerdicts: try store.failedQuestions(of: run.id), cost: requests.cost)
        }
        result.confirming = try store.requests(of: run.id, .confirming).map {
            NightRequests(cells: $0.cells, cost: $0.cost)
        }
        result.events = events(served, counts.map(\.label))
        result.excerpts = try excerpts(broken: result.models.flatMap { $0.comparison?.broken.map(\.id) ?? [] })
        return result
    }

    /// What the samples of each prompt came to, by the model's label.
    private func samples() throws(NllmError) -> [String: [PassRate.Count]] {
        var samples: [String: [PassRate.Count]] = [:]
        try store.forEachOutcome(of: evaluation.run.id, cluster: settings.cluster) { outcome in
            samples[outcome.label, default: []].append(
                PassRate.Count(
                    passes: outcome.trials - outcome.failures, trials: outcome.trials, cluster: outcome.cluster))
        }
        return samples
    }

    private var state: NightRun.State {
        evaluation.isReplaced ? .replaced : evaluation.run.blockedAt == nil ? .finished : .blocked
    }

    /// The mean of each metric, derived ones included.
    private func metrics() throws(NllmError) -> [String: Double?] {
        var metrics = try store.metrics(of: evaluation.run.id)
        for metric in settings.derivedMetrics {
            metrics[metric.name] = .some(metric.expression.value { metrics[$0] ?? nil })
        }
        return metrics
    }

    private static func totals(_ counts: [NightCounts], _ samples: [PassRate.Count]) -> NightFigures.Totals {
        func sum(_ value: (NightCounts) -> Int) -> Int { counts.reduce(0) { $0 + value($1) } }
        let judged = sum { $0.passed + $0.failed }
        return NightFigures.Totals(
            cells: sum(\.cells), errors: sum(\.errors), noVerdicts: sum(\.noVerdicts),
            passRate: PassRate(samples)?.rate,
            score: judged == 0 ? nil : counts.reduce(0) { $0 + $1.scores } / Double(judged),
            latencyP95: Percentile(0.95, of: counts.flatMap(\.durations))?.value,
            cost: counts.reduce(0) { $0 + $1.cost }, unknownCosts: sum(\.unknownCosts))
    }

    private static func facts(
        _ count: NightCounts, _ samples: [PassRate.Count], _ served: [ServedModel]
    ) -> NightModel.Facts {
        NightModel.Facts(
            label: count.label, passed: count.passed, failed: count.failed, interval: PassRate(samples)?.interval,
            tokensIn: count.tokensIn, tokensOut: count.tokensOut, served: served)
    }

    /// What the providers say they served, by label.
    private func served() throws(NllmError) -> [String: [ServedModel]] {
        try store.served(of: evaluation.run.id).reduce(into: [:]) { served, row in
            served[row.label, default: []].append(
                ServedModel(model: row.model, fingerprint: row.fingerprint, cells: row.cells))
        }
    }

    /// What the providers have changed since the night before.
    private func events(_ served: [String: [ServedModel]], _ labels: [String]) -> [String] {
        guard let before = last.flatMap({ try? NightResult(json: $0.result) }) else { return [] }
        return labels.compactMap { label in
            let earlier = before.models.first { $0.label == label }?.facts.served ?? []
            return ServedModel.change(of: label, from: earlier, to: served[label] ?? [])
        }
    }

    /// The first answers that failed, those of broken prompts before others.
    private func excerpts(broken: [String]) throws(NllmError) -> [NightExcerpt] {
        let failed = try store.failedResults(of: evaluation.run.id, preferring: broken, limit: NightExcerpt.most)
        return failed.map { result in
            NightExcerpt(
                id: result.prompt, label: result.label, wholeReason: result.grade?.firstReason ?? "",
                wholeAnswer: result.text)
        }
    }
}
