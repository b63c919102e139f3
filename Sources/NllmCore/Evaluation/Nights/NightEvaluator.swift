internal import FoundationEssentials

/// Evaluates runs whose cells have ended: grades what is left, holds the run against its history, has prompts asked again
/// that may be broken, and stores what its gates come to.
///
/// Everything is derived from the store, so that whatever was interrupted is made up for by the next evaluation.
package actor NightEvaluator {
    /// How far an evaluation has come.
    enum Step: Sendable {
        /// Cells of companions are to be worked on first.
        case hasMoreCells
        /// The result is stored.
        case finished(NightResult)
        /// Another process is faster.
        case leftToOthers
    }

    private let store: Store
    private let grader: RunGrader

    /// - Parameters:
    ///   - store: the database.
    ///   - allowsCommands: whether programs that assertions name are run.
    package init(store: Store, allowsCommands: Bool = false) {
        self.store = store
        grader = RunGrader(store: store, .asked(allowsCommands: allowsCommands))
    }

    /// Takes the evaluation of a run of which nothing is left to do as far as it goes.
    func advance(_ run: RunID, now: Date = Date()) async throws(NllmError) -> Step {
        guard let evaluation = try await store.evaluation(of: run), evaluation.result == nil else {
            return .leftToOthers
        }
        let settings = try settings(evaluation)
        // Before anything is read, so that what is added meanwhile is noticed.
        let cells = try await store.companionCellCount(of: run)
        try await store.adoptGradings(of: run)
        // The answers that confirm failures are judged as well.
        let graded = try await [run] + store.companions(of: run).map(\.id)
        for run in graded { try await grader.grade(run: run) }
        if !evaluation.isReplaced {
            var isWaiting = false
            for run in graded where try await grader.ask(run: run) { isWaiting = true }
            if isWaiting { return .hasMoreCells }
        }
        let hasJudge = try await store.judge(of: run) != nil
        for run in graded { try await grader.grade(run: run, hasJudge ? .withoutVerdict : .ungraded, isLast: true) }
        var nights: [StoredNight] = []
        if let series = evaluation.series { nights = try await store.nights(of: series, before: run) }
        let report = try await report(evaluation, settings, nights)
        let suspects = report?.suspects ?? []
        guard suspects.isEmpty else {
            let isAsked = try await store.confirm(suspects, of: run, companionCells: cells, now: now)
            return isAsked ? .hasMoreCells : .leftToOthers
        }
        let reader = NightReader(
            store: store, evaluation: evaluation, settings: settings, report: report, last: nights.last)
        let result = try reader.result(now: now)
        let isStored = try await store.finishEvaluation(
            of: run, result: result.json, passed: result.passed, regressed: result.regressed, companionCells: cells,
            now: now)
        return isStored ? .finished(result) : .leftToOthers
    }

    /// Evaluates a run again whose grades have changed.
    ///
    /// - Returns: false if models have to be asked first; true also for a run that is not to be evaluated.
    /// - Throws: if the store cannot be read or written.
    package func evaluateAgain(_ run: RunID) async throws(NllmError) -> Bool {
        try await store.reopenEvaluation(of: run, now: Date())
        guard try await store.ripeEvaluations([run]).contains(run) else { return true }
        if case .hasMoreCells = try await advance(run) { return false }
        return true
    }

    /// Evaluates a night that a later one replaces; what nobody has said about its answers is no verdict.
    ///
    /// - Returns: false if it has been evaluated before.
    /// - Throws: if the store cannot be read or written.
    package func evaluateAsItStands(_ run: RunID) async throws(NllmError) -> Bool {
        for _ in 1...2 {
            switch try await advance(run) {
            case .finished: return true
            case .leftToOthers: return false
            case .hasMoreCells: try await store.replaceNight(run, now: Date())
            }
        }
        return false
    }

    /// What a run has come to; nil if it is not evaluated.
    package func result(of run: RunID) async throws(NllmError) -> NightResult? {
        guard let json = try await store.evaluation(of: run)?.result else { return nil }
        do {
            return try NightResult(json: json)
        } catch {
            throw .alteredDatabase(path: store.path, reason: "the result of a night: \(ErrorText.reason(error))")
        }
    }

    /// The nights of a run's series that are too old to be kept, oldest first: as a whole, or with their answers.
    package func outdated(by run: RunID) async throws(NllmError) -> (nights: [Run], answers: [Run]) {
        guard let evaluation = try await store.evaluation(of: run), let series = evaluation.series else {
            return ([], [])
        }
        let settings = try settings(evaluation)
        let nights = try await store.nights(of: series)
        // The last night that later ones can be held against stays, however old.
        let measure = SeriesNight.history(of: nights.map { SeriesNight($0) }).last.map { nights[$0].run.id }
        let gone = nights.dropLast(settings.keptNights ?? nights.count).map(\.run).filter { $0.id != measure }
        let bare = nights.dropLast(settings.keptAnswers ?? nights.count).map(\.run)
            .filter { $0.hasAnswers && !gone.contains($0) }
        return (gone, bare)
    }

    /// Where a run's suite wants its results, an absolute path; nil if nowhere else.
    package func outputPath(of run: RunID) async throws(NllmError) -> String? {
        guard let evaluation = try await store.evaluation(of: run) else { return nil }
        return try settings(evaluation).outputPath
    }

    /// The command that a run's suite wants to get the night; nil if there is none.
    package func finally(of run: RunID) async throws(NllmError) -> String? {
        guard let evaluation = try await store.evaluation(of: run) else { return nil }
        return try settings(evaluation).finally
    }

    private func settings(_ evaluation: StoredEvaluation) throws(NllmError) -> NightSettings {
        do {
            return try NightSettings(json: evaluation.settings)
        } catch {
            throw .alteredDatabase(
                path: store.path, reason: "the settings of run \(evaluation.run.name): \(ErrorText.reason(error))")
        }
    }

    /// The comparison with the history or a baseline; nil if the run has neither.
    private func report(
        _ evaluation: StoredEvaluation, _ settings: NightSettings, _ nights: [StoredNight]
    ) async throws(NllmError) -> NightReport? {
        guard evaluation.series != nil || settings.baseline != .history else { return nil }
        // A baseline that was removed meanwhile can be compared with as little as none.
        if case .run(let name) = settings.baseline, (try? await store.run(name)) == nil { return nil }
        var tonight: [PromptOutcome] = []
        try store.forEachOutcome(of: evaluation.run.id, cluster: settings.cluster) { tonight.append($0) }
        let history = SeriesHistory(
            store: store, grader: grader, settings: settings, nights: nights, tonight: tonight,
            confirming: try await store.confirmingAnswers(of: evaluation.run.id),
            isLast: evaluation.isReplaced)
        // The same choice of suspects each time the run is looked at.
        return NightReport(
            try await history.histories(), rule: settings.rule, seed: UInt64(evaluation.run.id.number))
    }
}

extension NightReport {
    /// The prompts that need one more confirming answer each.
    fileprivate var suspects: [Suspect] {
        models.flatMap { model in model.prompts.open.map { Suspect(label: model.label, id: $0) } }
    }
}
