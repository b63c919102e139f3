internal import Crypto
internal import FoundationEssentials

/// Reads prompts, builds the matrix, and passes it to the store.
public struct Enqueuer: Sendable {
    private let databasePath: String
    private let isPrivate: Bool
    private let note: @Sendable (String) -> Void

    /// - Parameters:
    ///   - databasePath: the database, which is created if it does not exist and the input is valid.
    ///   - isPrivate: whether the database and the run's folder are private to their owner.
    ///   - note: receives decisions made for the user, such as the default model.
    public init(
        databasePath: String, isPrivate: Bool = false, note: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.databasePath = AbsolutePath.resolve(databasePath)
        self.isPrivate = isPrivate
        self.note = note
    }

    /// Enqueues in one transaction: everything or, if anything is wrong, nothing.
    ///
    /// - Throws: what is wrong, before anything is written.
    public func enqueue(_ request: EnqueueRequest) async throws(NllmError) -> (report: EnqueueReport, store: Store) {
        try DescriptorLimit.check(.programs)
        try request.check()
        // Opened before the input is read, so that a file of another program is noticed early.
        let exists = FileManager.default.fileExists(atPath: databasePath)
        let known = exists ? try Store(path: databasePath, .creating, isPrivate: isPrivate) : nil
        let program = try? LLMProgram.find()
        async let facts = ManifestFacts(program: program)
        let selection = ModelSelection(request, note: note)
        var selected = try await selection.models(known: known)
        let (spool, sources) = try read(request, selection, &selected)
        let isQuick = request.isQuick(prompts: spool.count, selected)
        let catalogue = await program?.models(naming: selected.variants.map(\.name), isQuick: isQuick)
        try selected.recognize(catalogue)
        let models = try selection.plan(selected, catalogue)
        try await check(spool.structuredOptions, selected.variants, program)

        let census = try Self.spooling { try SuiteCensus(spool) }
        let judge = try await judge(request, census, selection)
        let evaluation = try request.plannedEvaluation(
            census, labels: models.map(\.variant.label), database: databasePath)
        try await checkBaseline(of: request, in: known)
        let settings = RunSettings(request)
        if settings.files != .nothing { try Directory.checkCreatable(settings.outdir) }
        let lock = request.evaluation.lock ?? SeriesLock()
        defer { withExtendedLifetime(lock) {} }
        if let series = evaluation?.series { try await lock.take(series, database: databasePath) }
        let store = if let known { known } else { try Store(path: databasePath, .creating, isPrivate: isPrivate) }
        var plan = try await Self.plan(request, models: models, sources: sources, facts: facts)
        (plan.evaluation, plan.keepsCells) = (evaluation, request.keepsCells)
        plan.judge = judge
        var report = try await store.enqueue(plan, prompts: spool)
        report.areModelsUnchecked = isQuick && catalogue == nil && selection.checks
        try await finish(&report, request, in: store)
        return (report, store)
    }

    /// Throws if the run that a new one is to be compared with is not there.
    private func checkBaseline(of request: EnqueueRequest, in known: Store?) async throws(NllmError) {
        guard let baseline = request.baselineRun else { return }
        guard let known else { throw .noRun(name: baseline, database: databasePath, nearest: nil) }
        _ = try await known.run(baseline)
    }

    /// Does what follows from an enqueue: for the run's folder, and for nights that it replaces.
    private func finish(
        _ report: inout EnqueueReport, _ request: EnqueueRequest, in store: Store
    ) async throws(NllmError) {
        let settings = RunSettings(request)
        if report.isNew, settings.files != .nothing {
            if isPrivate { try PrivateFiles.restrict(folder: report.folder) }
            noteNumber(of: report.cells, settings)
        }
        report.replaced = try await evaluate(
            report.replaced, in: store, allowsCommands: request.evaluation.allowsCommands)
        // Results of cells that left the run are removed from its folder.
        if !report.isNew, !report.isUnchanged, !request.keepsCells {
            try await Exporter(store: store).refresh(try await store.run(report.run))
        }
    }

    /// The number of cells from which their files are worth a word.
    private static let manyFiles = 10_000

    private func noteNumber(of cells: Int, _ settings: RunSettings) {
        guard cells > Self.manyFiles, settings.files == .all else { return }
        note("a file is written per cell, \(cells) in all; with `--files jsonl` there is results.jsonl alone")
    }

    /// The commands that would run: the first cells, the total number, and what they are expected to take; nothing is
    /// written anywhere.
    public func preview(_ request: EnqueueRequest, limit: Int) async throws(NllmError) -> Preview {
        let (spool, models) = try await matrix(request)
        return try Self.spooling {
            var preview = try Preview(spool, models: models, request, limit: limit)
            preview.estimates = Store.estimates(preview.sizes, path: databasePath)
            return preview
        }
    }

    /// What a request of a suite comes to; nothing is written anywhere.
    package func outline(_ request: EnqueueRequest) async throws(NllmError) -> SuiteOutline {
        let (spool, models) = try await matrix(request)
        return try Self.spooling {
            _ = try request.plannedEvaluation(
                SuiteCensus(spool), labels: models.map(\.variant.label), database: databasePath)
            let preview = try Preview(spool, models: models, request, limit: 0)
            return SuiteOutline(
                prompts: spool.count, models: models.map(\.variant.label), cells: preview.count,
                gates: request.suite?.settings.gates.map(\.text) ?? [])
        }
    }

    /// The prompts and models of a request, of which nothing is to be written.
    private func matrix(
        _ request: EnqueueRequest
    ) async throws(NllmError) -> sending (spool: PromptSpool, models: [PlannedModel]) {
        try DescriptorLimit.check(.programs)
        try request.check()
        let selection = ModelSelection(request, note: note)
        var selected = try await selection.models(known: nil)
        let (spool, _) = try read(request, selection, &selected)
        let program = try? LLMProgram.find()
        let isQuick = request.isQuick(prompts: spool.count, selected)
        let catalogue = await program?.models(naming: selected.variants.map(\.name), isQuick: isQuick)
        try selected.recognize(catalogue)
        return (spool, try selection.plan(selected, catalogue))
    }

    /// Throws for lists and objects that models do not accept; `llm` is called only if there are any.
    private func check(
        _ options: StructuredOptions, _ models: [ModelVariant], _ program: LLMProgram?
    ) async throws(NllmError) {
        guard !options.isEmpty else { return }
        let types = await program?.optionTypes(of: models.map(\.name))
        guard let (option, model) = try options.check(models, types) else { return }
        note("llm does not report which values option `\(option)` of model \(model) takes; it is given as JSON text")
    }

    /// The model that judges the prompts' answers; nil if none has to be judged.
    private func judge(
        _ request: EnqueueRequest, _ census: SuiteCensus, _ selection: ModelSelection
    ) async throws(NllmError) -> PlannedModel? {
        guard census.usesJudge else { return nil }
        guard let variant = try request.judge else {
            throw .badConfiguration(
                problems: [
                    InputProblem(
                        InputPlace(file: request.suite?.path ?? "--judge"),
                        "there are assertions that a model decides, such as `llm-rubric`; name it with `judge:` in the "
                            + "suite or with --judge")
                ], count: 1)
        }
        var selected = ModelSelection.Selected(judge: variant)
        let catalogue = await (try? LLMProgram.find())?.models(naming: [variant.name])
        try selected.recognize(catalogue)
        return try selection.plan(selected, catalogue).first
    }

    /// Evaluates nights that are replaced, as they stand.
    ///
    /// - Returns: those that had not been evaluated before.
    private func evaluate(
        _ nights: [ReplacedNight], in store: Store, allowsCommands: Bool
    ) async throws(NllmError) -> [ReplacedNight] {
        let evaluator = NightEvaluator(store: store, allowsCommands: allowsCommands)
        var evaluated: [ReplacedNight] = []
        for night in nights {
            let run = try await store.run(night.run)
            guard try await evaluator.evaluateAsItStands(run.id) else { continue }
            try await Exporter(store: store).refresh(run)
            evaluated.append(night)
        }
        return evaluated
    }

    /// Words errors of reading prompts into their private database.
    private static func spooling<Value>(_ body: () throws -> Value) throws(NllmError) -> sending Value {
        do {
            return try body()
        } catch {
            throw Store.translate(error, path: "for the prompts in the temporary folder", opening: false)
        }
    }

    /// Reads the prompts, and takes the models that they name unless the command names some.
    private func read(
        _ request: EnqueueRequest, _ selection: ModelSelection, _ selected: inout ModelSelection.Selected
    ) throws(NllmError) -> sending (PromptSpool, [SourceSummary]) {
        try Self.spooling {
            let spool = try PromptSpool()
            let isOpen = selection.isOpen
            var notes: [String] = []
            defer { ([selected.decision].compactMap(\.self) + notes).forEach(note) }
            let append: PromptCollector.Sink = { prompt, place in
                var prompt = prompt
                if isOpen, prompt.models == nil { prompt.models = prompt.model.map { [$0] } }
                return try spool.append(prompt, from: place)
            }
            var sources: [SourceSummary] = []
            if let suite = request.suite {
                sources.append(
                    try suite.read(models: selected.variants, grading: request.prompts.grading, into: append))
            }
            sources += try PromptReader.read(
                request.sources, models: selected.variants, options: request.prompts, into: append
            ) { notes.append($0) }
            try spool.keep(request.prompts.subset)
            let namedModels = try spool.namedModels()
            if isOpen, !namedModels.isEmpty {
                let hasOthers = try spool.hasPromptsWithoutModel()
                if hasOthers { try spool.limitOthers(to: selected.variants.map(\.label)) }
                try selected.take(namedModels, hasOthers: hasOthers)
            }
            try selected.sweep(request.sweeps)
            if try spool.hasConversations() { try request.checkConversations(with: selected.variants) }
            return (spool, sources)
        }
    }

    // MARK: The plan

    private static func plan(
        _ request: EnqueueRequest, models: [PlannedModel], sources: [SourceSummary], facts: ManifestFacts
    ) throws(NllmError) -> EnqueuePlan {
        let now = Date()
        return EnqueuePlan(
            target: request.target, resumeWithin: request.configuration.resumeWithin,
            identity: try identity(request, models: models.map(\.variant), sources: sources),
            models: models, common: try request.common(), samples: request.samples ?? request.configuration.samples,
            settings: RunSettings(request), given: request.settings, sources: sources,
            manifest: Manifest.facts(
                arguments: request.commandLine, models: models.map(\.variant),
                configurationFiles: request.configuration.files, llmVersion: facts.llmVersion, gitSHA: facts.gitSHA,
                now: now),
            createdAt: now)
    }

    /// Identifies what a later `run` would enqueue again; standard input counts by its content.
    private static func identity(
        _ request: EnqueueRequest, models: [ModelVariant], sources: [SourceSummary]
    ) throws(NllmError) -> String {
        let suite = request.suite.map { [AbsolutePath.resolve($0.path)] } ?? []
        let places =
            suite
            + zip(request.sources, sources.dropFirst(suite.count)).map { source, summary in
                switch source.kind {
                case .standardInput, .direct: source.path + summary.digest + source.options
                default: AbsolutePath.resolve(source.path) + source.options
                }
            }
        let common = try request.common()
        var parts: [JSONValue] = [
            .string(AbsolutePath.current), .strings(places), .strings(models.map(\.label)), .strings(request.options),
            .integer(request.samples ?? request.configuration.samples), .optional(common.system),
            .string(RunSettings(request).outdir),
        ]
        let further =
            [common.arguments] + models.map { ModelOption.arguments($0.options) + [$0.system ?? ""] + $0.arguments }
        // Omitted if empty, because runs of earlier versions are identified without it.
        if request.configuration.models != nil || !request.modelOptions.isEmpty || !common.arguments.isEmpty {
            parts.append(.array(further.map(JSONValue.strings)))
        }
        if !request.prompts.identity.isEmpty { parts.append(.strings(request.prompts.identity)) }
        return Hexadecimal.text(SHA256.hash(data: JSONWriter.stored(.array(parts))))
    }
}

extension EnqueueRequest {
    /// Whether the cells are so few, and executed at once, that `llm` is not asked beforehand for its models.
    fileprivate func isQuick(prompts: Int, _ selected: ModelSelection.Selected) -> Bool {
        let cells = prompts * selected.variants.count * (samples ?? configuration.samples)
        // Names in a provider's batch file may be others than those of `llm`.
        return isExecutedAtOnce && !needsPrices && !selected.areOfPrompts && cells <= ExecutorChoice.fewCells
    }
}

extension LLMProgram {
    /// The models that it knows; if that must be quick, those that it knew when it was asked last.
    fileprivate func models(naming names: [String], isQuick: Bool) async -> ModelCatalogue? {
        await isQuick ? rememberedModels(naming: names) : models(naming: names)
    }
}
