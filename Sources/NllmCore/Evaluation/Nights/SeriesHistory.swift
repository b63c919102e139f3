internal import FoundationEssentials

/// Gathers what earlier nights say about the prompts of a night.
struct SeriesHistory {
    /// The prompts of one night, found by model and by what was sent.
    private struct Night {
        private(set) var outcomes: [PromptOutcome] = []
        /// The last outcome of each key, by model.
        private var last: [String: [RequestDigest: Int32]] = [:]
        /// For each outcome the one before it with the same key, or -1.
        private var previous: [Int32] = []

        var labels: [String] { last.keys.sorted() }

        mutating func add(_ outcome: PromptOutcome) {
            let index = Int32(outcomes.count)
            let before = last[outcome.label, default: [:]].updateValue(index, forKey: outcome.key)
            previous.append(before ?? -1)
            outcomes.append(outcome)
        }

        /// Replaces what a prompt came to.
        mutating func replace(_ outcome: PromptOutcome) {
            guard let index = index(of: outcome, where: { $0.promptID == outcome.promptID }) else { return }
            outcomes[index] = outcome
        }

        /// The prompt that asks the same, the one with the same id before others.
        func match(_ outcome: PromptOutcome) -> PromptOutcome? {
            let index = index(of: outcome) { $0.id == outcome.id } ?? index(of: outcome) { _ in true }
            return index.map { outcomes[$0] }
        }

        /// The first outcome with the same key that meets a condition.
        private func index(of outcome: PromptOutcome, where condition: (PromptOutcome) -> Bool) -> Int? {
            var (index, found) = (Int(last[outcome.label]?[outcome.key] ?? -1), Int?.none)
            while index >= 0 {
                if condition(outcomes[index]) { found = index }
                index = Int(previous[index])
            }
            return found
        }
    }

    let store: Store
    let grader: RunGrader
    let settings: NightSettings
    /// The evaluated nights before this one, oldest first.
    let nights: [StoredNight]
    /// What each prompt of this night came to, in order.
    let tonight: [PromptOutcome]
    /// Confirming answers by ``ConfirmingAnswers/name(id:key:)``.
    let confirming: [String: ConfirmingAnswers]
    /// Whether no further confirming answer will come.
    let isLast: Bool

    /// The history of each model, those that this night does not have included; nil if it is held against nothing.
    func histories() async throws(NllmError) -> [NightHistory] {
        switch settings.baseline {
        case .history: return try await byKey()
        case .last: return try byID(nights.last(where: \.isFinished)?.run)
        case .best: return try byID(bestNight)
        case .run(let name): return try byID(try await store.run(.some(name)))
        }
    }

    /// The night of the history with the highest pass rate.
    private var bestNight: Run? {
        let history = SeriesNight.history(of: nights.map { SeriesNight($0) })
        return history.map { nights[$0] }.max { first, second in
            (first.result["pass_rate"]?.doubleValue ?? -1) < (second.result["pass_rate"]?.doubleValue ?? -1)
        }?.run
    }

    // MARK: By what was sent

    private func byKey() async throws(NllmError) -> [NightHistory] {
        var loaded: [Int: Night] = [:]
        var standing = nights.map { SeriesNight($0) }
        // Taking a night out may bring in an earlier one.
        while true {
            let accepted = Set(nights.flatMap(\.acceptedPrompts))
            let needed = accepted.reduce(into: Set(SeriesNight.history(of: standing))) {
                $0.formUnion(SeriesNight.history(of: standing, for: $1))
            }
            var isComplete = true
            for index in needed.sorted() where loaded[index] == nil {
                let (night, isComparable) = try await regraded(try load(nights[index].run))
                loaded[index] = night
                standing[index].isComparable = isComparable
                if !isComparable { isComplete = false }
            }
            if isComplete { break }
        }
        let history = SeriesNight.history(of: standing)
        let last = history.last.flatMap { loaded[$0] }
        let broken = brokenPrompts()
        let labels = labels(and: history.compactMap { loaded[$0] })
        return labels.map { label in
            let own = tonight.lazy.filter { $0.label == label }
            var prompts =
                own.map { outcome in
                    var prompt = self.prompt(outcome, broken: broken)
                    prompt.earlier = SeriesNight.history(of: standing, for: outcome.id).compactMap { index in
                        loaded[index]?.match(outcome).map { PromptNight($0) }
                    }
                    prompt.wasAskedLast = last?.match(outcome) != nil
                    return prompt
                } as [PromptHistory]
            if let last {
                let keys = Set(own.map(\.key))
                prompts += last.outcomes.lazy.filter { $0.label == label && !keys.contains($0.key) }
                    .map { PromptHistory(id: $0.id, wasAskedLast: true) }
            }
            return NightHistory(label: label, prompts: prompts)
        }
    }

    /// The labels of this night in their order, and those that only these nights have.
    private func labels(and nights: [Night]) -> [String] {
        var labels: [String] = []
        for label in tonight.map(\.label) + nights.flatMap(\.labels) where !labels.contains(label) {
            labels.append(label)
        }
        return labels
    }

    private func prompt(_ outcome: PromptOutcome, broken: [String: [String: Date]]) -> PromptHistory {
        var prompt = PromptHistory(id: outcome.id, cluster: outcome.cluster)
        prompt.tonight = PromptNight(outcome)
        prompt.brokenSince = broken[outcome.label]?[outcome.id]
        let again = confirming.isEmpty ? nil : confirming[ConfirmingAnswers.name(id: outcome.id, key: outcome.key)]
        prompt.confirming = again?.answers ?? []
        prompt.confirmingIsOver = isLast || outcome.isGiven || again?.isOver ?? false
        return prompt
    }

    /// Since when prompts are broken by the night before this one, by model and prompt id.
    private func brokenPrompts() -> [String: [String: Date]] {
        guard let last = nights.last, !last.isAccepted, case .array(let models)? = last.result["models"] else {
            return [:]
        }
        var broken: [String: [String: Date]] = [:]
        for model in models {
            guard let label = model["label"]?.stringValue, case .array(let prompts)? = model["broken"] else { continue }
            for prompt in prompts {
                guard let id = prompt["id"]?.stringValue, !last.acceptedPrompts.contains(id) else { continue }
                let since = prompt["since"]?.stringValue.flatMap(Timestamp.date(utc:))
                broken[label, default: [:]][id] = since ?? last.run.createdAt
            }
        }
        return broken
    }

    private func load(_ run: Run) throws(NllmError) -> Night {
        var night = Night()
        try store.forEachOutcome(of: run.id, cluster: nil) { outcome in
            night.add(outcome)
        }
        return night
    }

    /// The night under the assertions of this one, and whether all of its answers for that are there.
    private func regraded(_ night: Night) async throws(NllmError) -> (Night, isComparable: Bool) {
        var night = night
        for outcome in tonight {
            guard let same = night.match(outcome), same.grading != outcome.grading else { continue }
            guard let again = try await grader.regrade(same, by: outcome.grading) else { return (night, false) }
            night.replace(again)
        }
        return (night, true)
    }

    // MARK: By prompt id

    /// The one night that this one is compared with, paired by prompt id and model label.
    private func byID(_ run: Run?) throws(NllmError) -> [NightHistory] {
        let night = try run.map { run throws(NllmError) in try load(run) } ?? Night()
        let broken = brokenPrompts()
        return labels(and: [night]).map { label in
            let own = tonight.lazy.filter { $0.label == label }
            let earlier = night.outcomes.lazy.filter { $0.label == label }
                .reduce(into: [String: PromptOutcome]()) { $0[$1.id] = $1 }
            var prompts =
                own.map { outcome in
                    var prompt = self.prompt(outcome, broken: broken)
                    prompt.earlier = earlier[outcome.id].map { [PromptNight($0)] } ?? []
                    prompt.wasAskedLast = earlier[outcome.id] != nil
                    return prompt
                } as [PromptHistory]
            let ids = Set(own.map(\.id))
            prompts += earlier.keys.filter { !ids.contains($0) }.sorted()
                .map { PromptHistory(id: $0, wasAskedLast: true) }
            return NightHistory(label: label, prompts: prompts)
        }
    }
}

extension PromptNight {
    fileprivate init(_ outcome: PromptOutcome) {
        self.init(samples: outcome.samples, trials: outcome.trials, failures: outcome.failures)
    }
}

extension SeriesNight {
    init(_ night: StoredNight) {
        self.init(
            regressed: night.regressed, isAccepted: night.isAccepted, acceptedPrompts: night.acceptedPrompts,
            isComparable: night.isMeasure)
    }
}
