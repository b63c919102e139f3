/// A run against an earlier one, model by model, or two models of one run; prompts are paired by their ids.
package struct RunComparison: Sendable {
    /// A prompt that passed before and does not now, or the other way round: whether more than half of its samples with a
    /// verdict pass.
    package struct Change: Sendable {
        package let prompt: String
        /// Whether what is asked has changed; nil if two models are compared.
        package let isEdited: Bool?
        /// Whether what it is checked against has changed.
        package let isCheckedOtherwise: Bool
    }

    /// One pair of models.
    package struct Model: Sendable {
        /// The labels before and now; nil where one is missing.
        package let before: String?
        package let now: String?
        package let figuresBefore: AnswerFigures?
        package let figuresNow: AnswerFigures?
        /// The judgement; nil if one of both is missing.
        let report: NightReport.Model?
        /// The prompts that do not pass any more, and those that pass only now.
        package let failing: [Change]
        package let fixed: [Change]
        /// The number of prompts with another request, and of those with other assertions.
        package let edited: Int
        package let checkedOtherwise: Int
        /// What changed apart from the answers, such as the model that the provider served.
        package let events: [String]
    }

    package let models: [Model]

    /// Compares the models of two runs by their labels, by the rules of the later run.
    init(before: [ModelAnswers], now: [ModelAnswers], _ settings: NightSettings) {
        let old = Dictionary(before.map { ($0.label, $0) }) { $1 }
        let labels = Set(now.map(\.label))
        let pairs =
            now.map { (old[$0.label], Optional($0)) } + before.filter { !labels.contains($0.label) }.map { ($0, nil) }
        self.init(pairs, isSameModel: true, settings)
    }

    /// Compares two models of one run.
    init(model: ModelAnswers, against other: ModelAnswers, _ settings: NightSettings) {
        self.init([(other, model)], isSameModel: false, settings)
    }

    private init(
        _ pairs: [(before: ModelAnswers?, now: ModelAnswers?)], isSameModel: Bool, _ settings: NightSettings
    ) {
        let histories = pairs.compactMap { before, now in
            before.flatMap { before in now.map { NightHistory($0, against: before) } }
        }
        let reports = NightReport(histories, rule: settings.rule, seed: 0).models
        models = pairs.map { before, now in
            let both = before.flatMap { before in now.map { (before, $0) } }
            let report = both.flatMap { pair in reports.first { $0.label == pair.1.label } }
            return Model(before, now, report, settings.derivedMetrics, isSameModel: isSameModel)
        }
    }
}

extension RunComparison.Model {
    fileprivate init(
        _ before: ModelAnswers?, _ now: ModelAnswers?, _ report: NightReport.Model?, _ derived: [DerivedMetric],
        isSameModel: Bool
    ) {
        (self.before, self.now, self.report) = (before?.label, now?.label, report)
        figuresBefore = before.map { AnswerFigures($0, derived) }
        figuresNow = now.map { AnswerFigures($0, derived) }
        var (failing, fixed): ([RunComparison.Change], [RunComparison.Change]) = ([], [])
        var (edited, checkedOtherwise) = (0, 0)
        let prompts = now?.prompts.sorted { $0.value.position < $1.value.position } ?? []
        for (id, new) in prompts {
            guard let old = before?.prompts[id] else { continue }
            let change = RunComparison.Change(
                prompt: id, isEdited: isSameModel ? old.content != new.content : nil,
                isCheckedOtherwise: old.gradingID != new.gradingID)
            if change.isEdited == true { edited += 1 }
            if change.isCheckedOtherwise { checkedOtherwise += 1 }
            guard let passed = old.passes, let passes = new.passes, passed != passes else { continue }
            if passes { fixed.append(change) } else { failing.append(change) }
        }
        (self.failing, self.fixed, self.edited, self.checkedOtherwise) = (failing, fixed, edited, checkedOtherwise)
        events = isSameModel ? Self.events(before, now) : []
    }

    /// What the provider changed, if it says so.
    private static func events(_ before: ModelAnswers?, _ now: ModelAnswers?) -> [String] {
        guard let before, let now else { return [] }
        return [ServedModel.change(of: now.label, from: before.servedModels, to: now.servedModels)].compactMap(\.self)
    }
}

extension ModelAnswers {
    fileprivate var servedModels: [ServedModel] {
        served.map { ServedModel(model: $0.key.model, fingerprint: $0.key.fingerprint, cells: $0.value) }
    }
}

extension ModelAnswers.Prompt {
    /// Whether more than half of the samples with a verdict pass; nil without any.
    fileprivate var passes: Bool? { trials > 0 ? 2 * failures < trials : nil }
    fileprivate var night: PromptNight { PromptNight(samples: samples, trials: trials, failures: failures) }
}

extension NightHistory {
    /// A model's answers as a night whose only earlier one is another run's, or another model's.
    fileprivate init(_ now: ModelAnswers, against before: ModelAnswers) {
        let new = now.prompts.sorted { $0.value.position < $1.value.position }
        let old = before.prompts.filter { now.prompts[$0.key] == nil }.sorted { $0.value.position < $1.value.position }
        let prompts = new.map { id, prompt in
            let earlier = before.prompts[id]
            return PromptHistory(
                id: id, cluster: prompt.cluster, earlier: earlier.map { [$0.night] } ?? [],
                wasAskedLast: earlier != nil, tonight: prompt.night)
        }
        let gone = old.map { id, prompt in PromptHistory(id: id, earlier: [prompt.night], wasAskedLast: true) }
        self.init(label: now.label, prompts: prompts + gone)
    }
}

extension Store {
    /// Compares a run with an earlier one.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - earlier: the run that it is compared with.
    ///   - models: labels or names of models; all if empty.
    /// - Returns: the comparison.
    /// - Throws: if a run has none of these models, or the store cannot be read.
    package func comparison(
        of run: Run, with earlier: Run, models: [String]
    ) throws(NllmError) -> RunComparison {
        let settings = try settings(of: run)
        return try RunComparison(
            before: answers(of: earlier, models, settings), now: answers(of: run, models, settings), settings)
    }

    /// Compares a model of a run with another one.
    package func comparison(
        of run: Run, model: String, with other: String
    ) throws(NllmError) -> RunComparison {
        let settings = try settings(of: run)
        let (model, other) = (try answers(of: run, [model], settings), try answers(of: run, [other], settings))
        return RunComparison(model: model[0], against: other[0], settings)
    }

    /// The figures of each model of a run by its label, in the order of the models.
    func figures(of run: Run) throws(NllmError) -> [(label: String, figures: AnswerFigures)] {
        let settings = try settings(of: run)
        return try answers(of: run, [], settings).map { ($0.label, AnswerFigures($0, settings.derivedMetrics)) }
    }

    /// What a run is held against; the usual rules if it is not evaluated.
    private func settings(of run: Run) throws(NllmError) -> NightSettings {
        guard let json = try evaluation(of: run.id)?.settings else { return NightSettings() }
        return (try? NightSettings(json: json)) ?? NightSettings()
    }

    private func answers(of run: Run, _ models: [String], _ settings: NightSettings) throws(NllmError) -> [ModelAnswers]
    {
        var selection = CellSelection()
        selection.models = models
        try check(selection, in: run)
        let all = try answers(of: run, cluster: settings.cluster)
        guard !models.isEmpty else { return all }
        let labels = try labels(of: run, selection)
        return all.filter { labels.contains($0.label) }
    }
}
