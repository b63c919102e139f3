package import FoundationEssentials

/// The nights of a series, one after the other, and the prompts that passed on one and not on another.
package struct SeriesTrend: Sendable {
    /// What became of a night; the raw values are those of the output.
    package enum State: String, Sendable {
        case passed, failed, blocked, replaced, unfinished
        case noGate = "no_gate"
    }

    /// The prompts of a model that came to something else than on the last night before that says something of them.
    package struct Changes: Sendable {
        package let model: String
        /// The ids of those that do not pass any more: half of their samples with a verdict, or more, fail.
        package internal(set) var failing: [String] = []
        /// The ids of those that pass again.
        package internal(set) var fixed: [String] = []
    }

    package struct Night: Sendable {
        /// The run's name.
        package let run: String
        package let createdAt: Date
        package let state: State
        /// What was found; nil if the night is not evaluated.
        package let result: NightResult?
        /// By model, of nights whose answers are still there.
        package let changes: [Changes]
    }

    /// A prompt that changed more than once.
    package struct Unstable: Sendable {
        package let model: String
        package let prompt: String
        /// How often it did.
        package let changes: Int
    }

    package let series: String
    /// The number of all nights of the series.
    package let count: Int
    /// The last nights, oldest first.
    package let nights: [Night]

    /// The prompts that went back and forth, most often first.
    package var unstable: [Unstable] {
        var counts: [String: [String: Int]] = [:]
        for changes in nights.flatMap(\.changes) {
            for prompt in changes.failing + changes.fixed {
                counts[changes.model, default: [:]][prompt, default: 0] += 1
            }
        }
        let all = counts.flatMap { model, prompts in
            prompts.filter { $0.value > 1 }.map { Unstable(model: model, prompt: $0.key, changes: $0.value) }
        }
        return all.sorted { (-$0.changes, $0.model, $0.prompt) < (-$1.changes, $1.model, $1.prompt) }
    }
}

extension SeriesTrend.State {
    fileprivate init(_ evaluation: StoredEvaluation, _ result: NightResult?) {
        self =
            switch (result?.run.state, result?.passed) {
            case (nil, _): evaluation.isReplaced ? .replaced : .unfinished
            case (.blocked, _): .blocked
            case (.replaced, _): .replaced
            case (.finished, nil): .noGate
            case (.finished, let passed?): passed ? .passed : .failed
            }
    }
}

extension Store {
    /// The last nights of a series.
    package func trend(of series: String, last count: Int) throws(NllmError) -> SeriesTrend {
        // What each prompt of each model came to when something was last known of it.
        var known: [String: [String: Bool]] = [:]
        var nights: [SeriesTrend.Night] = []
        for evaluation in try evaluations(of: series, last: count) {
            let result = try night(evaluation)
            nights.append(
                SeriesTrend.Night(
                    run: evaluation.run.name, createdAt: evaluation.run.createdAt,
                    state: SeriesTrend.State(evaluation, result), result: result,
                    changes: result == nil ? [] : try changes(in: evaluation.run, since: &known)))
        }
        return SeriesTrend(series: series, count: try nightCount(of: series), nights: nights)
    }

    private func night(_ evaluation: StoredEvaluation) throws(NllmError) -> NightResult? {
        guard let json = evaluation.result else { return nil }
        do {
            return try NightResult(json: json)
        } catch {
            throw .alteredDatabase(path: path, reason: "the result of a night: \(ErrorText.reason(error))")
        }
    }

    private nonisolated func changes(
        in run: Run, since known: inout [String: [String: Bool]]
    ) throws(NllmError) -> [SeriesTrend.Changes] {
        var (labels, changes, passes): ([String], [String: SeriesTrend.Changes], [String: [String: Bool]]) = (
            [], [:], known
        )
        try forEachOutcome(of: run.id, cluster: nil) { outcome in
            guard outcome.trials > 0 else { return }
            let passed = 2 * outcome.failures < outcome.trials
            let before = passes[outcome.label, default: [:]].updateValue(passed, forKey: outcome.id)
            if changes[outcome.label] == nil { labels.append(outcome.label) }
            var own = changes.removeValue(forKey: outcome.label) ?? SeriesTrend.Changes(model: outcome.label)
            if before == true, !passed { own.failing.append(outcome.id) }
            if before == false, passed { own.fixed.append(outcome.id) }
            changes[outcome.label] = own
        }
        known = passes
        return labels.compactMap { changes[$0] }
    }
}
