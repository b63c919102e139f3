/// What the command line says about the evaluation of a run, in addition to a suite.
public struct EvaluationRequest: Sendable {
    /// Conditions that the run must meet, such as `pass_rate >= 0.9`; in addition to those of a suite.
    public var gates: [String] = []
    /// The history that the run belongs to; nil for the suite's.
    public var series: String?
    /// What the run is compared with: `history`, `last`, `best` or a run's name; nil for the suite's.
    public var baseline: String?

    /// The model that judges answers, as `-m` takes it; nil for the suite's.
    public var judge: String?
    /// Whether programs that assertions name are run.
    public var allowsCommands = false
    /// Holds the series as long as it lives; nil to hold it while cells are enqueued.
    package var lock: SeriesLock?

    /// A request that says nothing.
    public init() {}

    fileprivate var isEmpty: Bool { gates.isEmpty && series == nil && baseline == nil && judge == nil }
}

extension EnqueueRequest {
    /// The history that the run belongs to; nil for none.
    private func series(database: String) -> String? {
        if let given = evaluation.series ?? suite?.settings.series { return given }
        return suite.map {
            StoredFolder.text(AbsolutePath.resolve($0.path), database: AbsolutePath.parent(database))
        }
    }

    /// The run that the new one is compared with; nil if that is not a single one by its name.
    var baselineRun: String? {
        let text = evaluation.baseline ?? suite?.settings.baseline
        guard case .run(let name)? = text.map(NightSettings.Baseline.init) else { return nil }
        return name
    }

    /// The model that judges answers; nil if none is named.
    var judge: ModelVariant? {
        get throws(NllmError) {
            guard let name = evaluation.judge else { return suite?.settings.judge?.variant }
            return try ModelVariant(named: name)
        }
    }

    /// What the run is held against; nil if nobody asks for that.
    ///
    /// - Parameters:
    ///   - census: what the prompts have in common.
    ///   - labels: the labels of the models.
    ///   - database: the path of the database.
    /// - Returns: the evaluation.
    /// - Throws: what cannot be evaluated.
    func plannedEvaluation(
        _ census: SuiteCensus, labels: [String], database: String
    ) throws(NllmError) -> PlannedEvaluation? {
        guard suite != nil || !evaluation.isEmpty || census.asksOthers else { return nil }
        var settings = suite.map { NightSettings($0) } ?? NightSettings()
        for gate in evaluation.gates {
            do throws(GateFlaw) {
                settings.gates.append(try GateExpression(gate))
            } catch {
                throw NllmError.usage("`--gate \(gate)`: \(error.plainText)")
            }
        }
        if let baseline = evaluation.baseline { settings.baseline = NightSettings.Baseline(baseline) }
        let series = series(database: database)
        settings.asksOthers = census.asksOthers
        try check(settings, census, labels: labels, hasHistory: series != nil)
        return PlannedEvaluation(series: series, settings: settings.json)
    }

    /// Throws if a gate, a derived metric or the cluster means nothing for these prompts and models.
    private func check(
        _ settings: NightSettings, _ census: SuiteCensus, labels: [String], hasHistory: Bool
    ) throws(NllmError) {
        var problems = InputProblems()
        let place = InputPlace(file: suite?.path ?? "--gate")
        var metrics = census.metrics
        for metric in settings.derivedMetrics {
            for unknown in metric.expression.names where !metrics.contains(unknown) {
                problems.add(InputProblem(metric.place, "`\(unknown)` is no metric of an assertion"))
            }
            metrics.insert(metric.name)
        }
        if let key = settings.cluster, !census.metadata.contains(key) {
            problems.add(InputProblem(place, "no prompt has `\(key)` in its `metadata`, by which `cluster` groups"))
        }
        for gate in settings.gates {
            let flaw =
                gate.needsHistory && !hasHistory && settings.baseline == .history
                ? "the run belongs to no series; name one with --series, or a --baseline"
                : gate.flaw(labels: labels, metrics: metrics, hasAssertions: census.hasAssertions)
            if let flaw { problems.add(InputProblem(place, "the gate `\(gate.text)`: \(flaw)")) }
        }
        guard !problems.isEmpty else { return }
        throw .badConfiguration(problems: problems.first, count: problems.listed)
    }
}

extension NightSettings {
    init(_ suite: Suite) {
        let said = suite.settings
        gates = said.gates
        baseline = said.baseline.map(Baseline.init) ?? .history
        rule = RegressionRule(
            alpha: said.alpha ?? rule.alpha, minEffect: said.minEffect ?? rule.minEffect, maxDrop: said.maxDrop,
            confirm: said.confirm)
        cluster = said.cluster
        derivedMetrics = suite.derivedMetrics
        finally = said.finally
        (keptNights, keptAnswers) = (said.keptNights, said.keptAnswers)
        outputPath = said.outputPath
    }
}

extension GateExpression {
    /// Whether it compares with earlier runs.
    fileprivate var needsHistory: Bool {
        switch condition {
        case .noRegression, .noBrokenPrompts: true
        case .limit: false
        }
    }
}

extension SuiteCensus {
    /// What the prompts of a run have in common.
    init(_ spool: PromptSpool) throws {
        self.init()
        try spool.forEachGrading { content in
            for assertion in try Grading(json: JSONParser.parse(content)).assertions { add(assertion) }
        }
        metadata = try spool.metadataKeys()
        prompts = spool.count
    }
}
