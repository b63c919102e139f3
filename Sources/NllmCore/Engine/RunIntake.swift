internal import FoundationEssentials

/// The runs that a worker works on, and what has to be done with each before its first cell.
final class RunIntake {
    private let store: Store
    private let artifacts: ArtifactWriter
    private let options: WorkOptions
    private let observe: @Sendable (WorkEvent) -> Void

    private let evaluator: NightEvaluator

    /// Another database whose answers are reused; nil for none.
    private var other: Store?
    /// The runs that were named; nil for all.
    private var named: [RunID]?
    /// The runs that were named, and their companions; nil for all.
    private(set) var scope: [RunID]?
    /// The runs that are being evaluated by this worker.
    private var evaluating: Set<RunID> = []
    /// The runs that were evaluated by this worker.
    private(set) var evaluated: Set<RunID> = []
    private var evaluationTrouble: NllmError?
    /// The runs whose spending counts against the budget.
    private(set) var counted: Set<RunID> = []
    private var prepared: Set<RunID> = []
    /// What was left when no cell could be started any more.
    private var end: Outlook?
    /// How output of the prepared ones is reported; known only if it is streamed.
    private var forms: [RunID: LiveOutput.Form] = [:]
    /// Why runs can't be worked on, such as a folder that can't be written.
    private var unusable: [RunID: NllmError] = [:]

    /// - Parameters:
    ///   - store: the database.
    ///   - artifacts: prepares and finishes the runs' folders.
    ///   - options: which runs are meant, and settings in place of theirs.
    ///   - observe: is called for runs whose cells took answers that were there already.
    init(
        store: Store, artifacts: ArtifactWriter, options: WorkOptions,
        observe: @escaping @Sendable (WorkEvent) -> Void
    ) {
        (self.store, self.artifacts, self.options, self.observe) = (store, artifacts, options, observe)
        evaluator = NightEvaluator(store: store, allowsCommands: options.allowsCommands)
    }

    /// Finds the runs that were named; throws if one is not there, or has no price that a budget needs.
    func find() async throws(NllmError) {
        if let path = options.cacheFrom { other = try Store(path: path) }
        if !options.runs.isEmpty {
            let named = try await store.runs(named: options.runs).map(\.id)
            try await store.unblock(named)
            self.named = named
            try await widenScope()
        }
        if options.maxCost != nil { try await store.checkPrices(runs: scope) }
    }

    private func widenScope() async throws(NllmError) {
        if let named { scope = try await store.withCompanions(named) }
    }

    /// Counts what the runs spend against a worker's budget.
    func count(worker: WorkerID) async throws(NllmError) {
        counted = try await store.count(try await runs(), againstBudgetOf: worker)
    }

    /// The runs that have cells to be done, in the order in which they get free slots.
    func claimable() async throws(NllmError) -> [RunID] {
        try await store.claimableRuns(scope).filter { unusable[$0] == nil }
    }

    /// Makes a run ready to be worked on.
    ///
    /// - Parameters:
    ///   - runID: the run.
    ///   - worker: the worker.
    ///   - isFirst: whether the worker has started no cell yet.
    /// - Returns: false if nothing of it can be done.
    /// - Throws: what is wrong, if it must not be passed over.
    func prepare(_ runID: RunID, worker: WorkerID, isFirst: Bool) async throws(NllmError) -> Bool {
        guard !prepared.contains(runID) else { return true }
        var cached: Int
        do throws(NllmError) {
            // It may have been enqueued after this worker began.
            if options.maxCost != nil { try await store.checkPrices(runs: [runID]) }
            try await checkConversations(of: runID)
            if !counted.contains(runID) { counted = try await store.count([runID], againstBudgetOf: worker) }
            try await store.takeGivenAnswers(run: runID, worker: worker, now: Date())
            cached = try await store.takeCached(run: runID, age: options.overrides.cache, worker: worker, now: Date())
            if let other {
                let age = options.overrides.cache
                cached += try await store.takeCached(run: runID, age: age, worker: worker, now: Date(), from: other)
            }
            try await artifacts.prepare(run: runID)
        } catch {
            // Fail if the user named this run; otherwise skip it. A disk that filled up meanwhile is waited for.
            guard scope == nil, isFirst || error.reasonOfFullDisk == nil else { throw error }
            unusable[runID] = error
            return false
        }
        prepared.insert(runID)
        if options.streams { forms[runID] = try await reportedForm(of: runID) }
        guard cached > 0, let progress = try await store.progress(ofRun: runID) else { return true }
        observe(.cached(run: progress.run.name, cells: cached))
        return progress.counts.left > 0
    }

    private func checkConversations(of run: RunID) async throws(NllmError) {
        guard options.executor == .process, try await store.hasConversations(in: [run]) else { return }
        throw .conversations(run: try await store.progress(ofRun: run)?.run.name ?? "")
    }

    private func reportedForm(of run: RunID) async throws(NllmError) -> LiveOutput.Form {
        guard try await store.hasOnePrompt(run) else { return .lines }
        guard options.streamsPieces, try await store.hasOneCell(run) else { return .linesOfOnePrompt }
        return .pieces
    }

    /// How output of a run that is prepared is reported.
    func form(of run: RunID) -> LiveOutput.Form { forms[run] ?? .lines }

    /// What is left to do; runs that can't be worked on count only where that is asked for.
    func outlook(worker: WorkerID, countingUnusable: Bool) async throws(NllmError) -> Outlook {
        let runs = try await runs().filter { countingUnusable || unusable[$0] == nil }
        return try await store.outlook(
            runs: runs, worker: worker, counting: Array(counted), maxWait: options.maxWait, now: Date())
    }

    /// Notes what is left when no cell can be started any more, and ends the runs that wait for someone to act.
    func endRuns(worker: WorkerID) async throws(NllmError) {
        var outlook = try await outlook(worker: worker, countingUnusable: true)
        // What was blocked before is not looked at again.
        if let end { outlook.stuck = end.stuck + outlook.stuck.filter { !end.stuck.contains($0) } }
        end = outlook
        await block(worker: worker)
    }

    /// What was left when no cell could be started any more, or is left now.
    func lastOutlook(worker: WorkerID) async throws(NllmError) -> Outlook {
        if let end { return end }
        return try await outlook(worker: worker, countingUnusable: true)
    }

    /// The runs that were named, or all that are neither finished nor blocked.
    private func runs() async throws(NllmError) -> [RunID] {
        if let scope { return scope }
        return try await store.unfinishedRuns()
    }

    // MARK: Evaluation

    /// The runs whose evaluation can go on, which are under way from now on; ``evaluate(_:)`` has to follow for each.
    func takeEvaluations() async throws(NllmError) -> [RunID] {
        let runs = try await ripeEvaluations().filter { !evaluating.contains($0) }
        evaluating.formUnion(runs)
        return runs
    }

    /// The runs whose evaluation can go on, and those whose evaluation is under way.
    func ripeEvaluations() async throws(NllmError) -> [RunID] {
        try await store.ripeEvaluations(named).filter { unusable[$0] == nil }
    }

    var isEvaluating: Bool { !evaluating.isEmpty }

    /// Takes a run's evaluation as far as it goes; what went wrong is reported by ``checkEvaluations()``.
    func evaluate(_ run: RunID) async {
        defer { evaluating.remove(run) }
        do throws(NllmError) {
            guard case .finished(let night) = try await evaluator.advance(run) else { return try await widenScope() }
            evaluated.insert(run)
            try await artifacts.finish(run: run)
            try await SeriesPruner(store: store, evaluator: evaluator).prune(after: run)
            observe(.evaluated(run: night.run.name, passed: night.passed))
        } catch {
            // A worker that stops leaves the evaluation to the next one.
            guard !Task.isCancelled else { return }
            if await store.trouble(behind: error) == nil { unusable[run] = error } else { evaluationTrouble = error }
        }
    }

    /// Throws what has kept an evaluation from going on and may pass.
    func checkEvaluations() throws(NllmError) {
        guard let trouble = evaluationTrouble else { return }
        evaluationTrouble = nil
        throw trouble
    }

    /// What the evaluated ones of these runs have come to.
    func nights(of runs: [RunProgress]) async throws(NllmError) -> [NightResult] {
        var nights: [NightResult] = []
        for progress in runs {
            if let night = try await evaluator.result(of: progress.run.id) { nights.append(night) }
        }
        return nights
    }

    // MARK: The end

    /// Reports the runs that have ended while the worker waits for new ones; if they get cells again, they are new.
    func reportEnded() async throws(NllmError) {
        for run in try await store.endedRuns(prepared) {
            prepared.remove(run)
            if let progress = try await store.progress(ofRun: run) { observe(.ended(progress)) }
        }
    }

    /// Writes the artifacts of finished runs whose last worker could not.
    ///
    /// - Returns: what is wrong with a run that the user named.
    func finish() async -> NllmError? {
        for run in (try? await store.unexportedRuns(scope)) ?? [] {
            await attempt(run) { () throws(NllmError) in try await artifacts.finish(run: run) }
        }
        return scope == nil ? nil : unusable.values.first
    }

    /// Ends the runs of which all that is left waits for someone to act, and writes their artifacts.
    func block(worker: WorkerID) async {
        let blocked = try? await store.block(
            runs: runs(), worker: worker, counting: Array(counted), maxWait: options.maxWait, now: Date())
        for run in blocked ?? [] {
            await attempt(run) { () throws(NllmError) in try await artifacts.export(run: run) }
        }
    }

    private func attempt(_ run: RunID, _ body: () async throws(NllmError) -> Void) async {
        do throws(NllmError) {
            try await body()
        } catch {
            unusable[run] = error
        }
    }

    /// The runs that were named or worked on, in their present state.
    func progress() async throws(NllmError) -> [RunProgress] {
        var all: [RunProgress] = []
        for run in named ?? prepared.union(evaluated).sorted() {
            guard let progress = try await store.progress(ofRun: run), !progress.run.isCompanion else { continue }
            all.append(progress)
        }
        return all
    }

    /// Why runs could not be worked on, in the order of the runs.
    var problems: [NllmError] { unusable.sorted { $0.key < $1.key }.map(\.value) }
}
