internal import Crypto
internal import FoundationEssentials

/// What a user wants to have enqueued.
public struct EnqueueRequest: Sendable {
    /// Which run takes the cells.
    public enum Target: Sendable, Equatable {
        /// A new run, named by the time.
        case new
        /// The run of that name, which is made if it isn't there.
        case named(String)
        /// The newest unfinished run of the same directory, sources, models and request settings, or a new one.
        case unfinished
    }

    /// Where prompts come from.
    public var sources: [PromptSource]
    /// Models as the user wrote them; those of the run, or else `llm`'s default, when empty.
    public var models: [String] = []
    /// Options of all models, as `KEY=VALUE`.
    public var options: [String] = []
    /// How often each prompt is sent to each model.
    public var samples = 1
    /// The system prompt of prompts that have none.
    public var system: String?
    /// Which run takes the cells.
    public var target = Target.new
    /// What the run does with its cells, as far as it was given.
    public var settings = RunSettings.Given()
    /// The command line, for the manifest.
    public var commandLine: [String] = []

    /// A request for these sources with the usual settings.
    public init(sources: [PromptSource]) {
        self.sources = sources
    }
}

/// Reads prompts, makes the matrix, and hands it to the store.
public struct Enqueuer: Sendable {
    private let databasePath: String
    private let note: @Sendable (String) -> Void

    /// - Parameters:
    ///   - databasePath: the database, which is made if it isn't there and the input is sound.
    ///   - note: is told what was decided for the user, such as the default model.
    public init(databasePath: String, note: @escaping @Sendable (String) -> Void = { _ in }) {
        self.databasePath = AbsolutePath.resolve(databasePath)
        self.note = note
    }

    /// Enqueues in one transaction: everything or, if anything is wrong, nothing.
    ///
    /// - Throws: what is wrong, before anything is written.
    public func enqueue(_ request: EnqueueRequest) async throws(NllmError) -> (report: EnqueueReport, store: Store) {
        try Self.check(request)
        // Opened before the input is read, so that a file that is not ours is noticed early.
        let exists = FileManager.default.fileExists(atPath: databasePath)
        let known = exists ? try Store(path: databasePath, .creating) : nil
        let program = try? LLMProgram.find()
        async let facts = ManifestFacts(program: program)
        let models = try await models(request, known: known)
        let (spool, sources) = try Self.read(request, models: models)

        try RunFolder.checkCreatable(directory: RunSettings(request.settings).outdir)
        let store = if let known { known } else { try Store(path: databasePath, .creating) }
        let plan = await Self.plan(request, models: models, sources: sources, facts: facts)
        let report = try await store.enqueue(plan, prompts: spool)
        // Results that left the run leave its folder.
        if !report.isNew, !report.isUnchanged {
            try await Exporter(store: store).refresh(try await store.run(report.run))
        }
        return (report, store)
    }

    // MARK: Before the input is read

    private static func check(_ request: EnqueueRequest) throws(NllmError) {
        guard SampleCount.allowed.contains(request.samples) else {
            throw .usage("`samples` is \(request.samples) but must be \(SampleCount.range)")
        }
        if case .named(let name) = request.target, !RunName.isValid(name) {
            throw .usage("run name `\(name)`: \(RunName.rule)")
        }
        if let system = request.system, let flaw = LLMCommand.flaw(argument: system) {
            throw .usage("the system prompt \(flaw)")
        }
        guard request.sources.filter({ $0.kind == .standardInput }).count < 2 else {
            throw .usage("`-` is named twice, but standard input can be read once")
        }
        _ = try options(request)
    }

    private static func options(_ request: EnqueueRequest) throws(NllmError) -> [ModelOption] {
        var options: [ModelOption] = []
        for pair in request.options {
            guard let option = ModelOption(pair: pair) else {
                throw .usage("option `\(pair)` is not KEY=VALUE; write --option temperature=0.2")
            }
            options = ModelOption.merged(options, [option])
        }
        return options
    }

    private func models(_ request: EnqueueRequest, known: Store?) async throws(NllmError) -> [ModelVariant] {
        var models: [ModelVariant] = []
        for text in request.models { models.append(try ModelVariant(text)) }
        guard models.isEmpty else { return ModelVariant.distinct(models) }
        if case .named(let name) = request.target, let run = try? await known?.run(name) {
            let models = try await known?.models(of: run) ?? []
            note("using the models of run \(name): " + models.map(\.label).joined(separator: ", "))
            return models
        }
        let name = try await LLMProgram.find().defaultModel()
        note("no model named; using llm's default model \(name)")
        return [try ModelVariant(name)]
    }

    private static func read(
        _ request: EnqueueRequest, models: [ModelVariant]
    ) throws(NllmError) -> sending (PromptSpool, [SourceSummary]) {
        do {
            let spool = try PromptSpool()
            let sources = try PromptReader.read(request.sources, models: models, into: spool)
            return (spool, sources)
        } catch {
            throw Store.translate(error, path: "for the prompts in the temporary folder", opening: false)
        }
    }

    // MARK: The plan

    private static func plan(
        _ request: EnqueueRequest, models: [ModelVariant], sources: [SourceSummary], facts: ManifestFacts
    ) -> EnqueuePlan {
        let now = Date()
        let options = (try? options(request)) ?? []
        let target: EnqueuePlan.Target =
            switch request.target {
            case .new: .new
            case .named(let name): .named(name)
            case .unfinished: .unfinished
            }
        return EnqueuePlan(
            target: target, identity: identity(request, models: models, sources: sources), models: models,
            options: options, system: request.system.flatMap { $0.isEmpty ? nil : $0 }, arguments: [],
            samples: request.samples, settings: RunSettings(request.settings), given: request.settings,
            directory: AbsolutePath.current, sources: sources,
            manifest: Manifest.facts(
                arguments: request.commandLine, models: models, llmVersion: facts.llmVersion, gitSHA: facts.gitSHA,
                now: now),
            createdAt: now)
    }

    /// What tells that a later `run` means the same; standard input counts by what it held.
    private static func identity(
        _ request: EnqueueRequest, models: [ModelVariant], sources: [SourceSummary]
    ) -> String {
        let places = zip(request.sources, sources).map { source, summary in
            source.kind == .standardInput ? "-" + summary.digest : AbsolutePath.resolve(source.path)
        }
        let parts: JSONValue = .array([
            .string(AbsolutePath.current), .strings(places), .strings(models.map(\.label)), .strings(request.options),
            .integer(request.samples), .optional(request.system), .string(RunSettings(request.settings).outdir),
        ])
        return Hexadecimal.text(SHA256.hash(data: JSONWriter.line(parts)))
    }
}

/// Facts for the manifest that other programs tell.
private struct ManifestFacts: Sendable {
    var llmVersion: String?
    var gitSHA: String?

    /// - Parameter program: `llm`, if it was found.
    init(program: LLMProgram?) async {
        if let program {
            llmVersion = program.installedVersion
            if llmVersion == nil { llmVersion = try? await program.version() }
        }
        guard let git = ProgramSearch.find("git") else { return }
        let result = try? await ShortCommand.run([git, "rev-parse", "HEAD"], timeout: .seconds(5))
        if let result, result.isSuccess {
            gitSHA = result.output.split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
    }
}
