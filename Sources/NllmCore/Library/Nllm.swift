/// The command line's features as functions: send prompts to many models, and enqueue, work on and export batches.
///
/// All functions read the configuration files as the command line does, need `llm` in PATH, and throw ``NllmError`` for
/// what keeps them from working. A model that fails does not throw: its failure is in the results.
///
/// Cancelling the surrounding task stops a worker politely: it takes no more cells, gives those in flight the grace
/// period, and the function returns the results so far. An enqueue that has begun is always completed.
///
/// Files are read and written away from the caller's actor, so that they never block a user interface.
public enum Nllm {
    /// Sends one prompt to models and returns their answers.
    ///
    /// - Parameters:
    ///   - arguments: the prompt, or arguments of `llm` as after `nllm-batch run --`, including `-m`.
    ///   - options: which models, and how.
    /// - Returns: the results; if the task is cancelled, those so far.
    /// - Throws: what keeps the prompt from being sent at all.
    @concurrent public static func run(
        _ arguments: String..., options: NllmOptions = NllmOptions()
    ) async throws(NllmError) -> NllmResults {
        try await run(arguments, options: options)
    }

    /// Sends one prompt to models and returns their answers.
    ///
    /// - Parameters:
    ///   - arguments: the prompt, or arguments of `llm` as after `nllm-batch run --`, including `-m`.
    ///   - options: which models, and how.
    /// - Returns: the results; if the task is cancelled, those so far.
    /// - Throws: what keeps the prompt from being sent at all.
    @concurrent public static func run(
        _ arguments: [String], options: NllmOptions = NllmOptions()
    ) async throws(NllmError) -> NllmResults {
        try await run([try direct(arguments, options)], arguments: arguments, options)
    }

    /// Sends all prompts in files or directories to models and returns the answers.
    ///
    /// - Parameters:
    ///   - sources: JSONL files, directories of text files, single text files, or `-` for standard input.
    ///   - arguments: further arguments for `llm` with every prompt.
    ///   - options: which models, and how.
    /// - Returns: the results, all in memory; if the task is cancelled, those so far.
    /// - Throws: what keeps the prompts from being sent at all.
    @concurrent public static func run(
        sources: [String], arguments: [String] = [], options: NllmOptions = NllmOptions()
    ) async throws(NllmError) -> NllmResults {
        try await run(try files(sources), arguments: arguments, options)
    }

    /// Returns what a `run` with the same arguments would run, and writes nothing anywhere.
    ///
    /// - Parameters:
    ///   - arguments: the prompt, or arguments of `llm`.
    ///   - limit: the number of cells to return.
    ///   - options: which models, and how.
    /// - Returns: the first cells with their commands, and the total number.
    /// - Throws: what would keep the prompt from being sent.
    @concurrent public static func preview(
        _ arguments: [String], limit: Int = 20, options: NllmOptions = NllmOptions()
    ) async throws(NllmError) -> Preview {
        try await preview([try direct(arguments, options)], arguments: arguments, limit, options)
    }

    /// Returns what ``run(sources:arguments:options:)`` would run, and writes nothing anywhere.
    ///
    /// - Parameters:
    ///   - sources: files, directories, or `-` for standard input.
    ///   - arguments: further arguments for `llm` with every prompt.
    ///   - limit: the number of cells to return.
    ///   - options: which models, and how.
    /// - Returns: the first cells with their commands, and the total number.
    /// - Throws: what would keep the prompts from being sent.
    @concurrent public static func preview(
        sources: [String], arguments: [String] = [], limit: Int = 20, options: NllmOptions = NllmOptions()
    ) async throws(NllmError) -> Preview {
        try await preview(try files(sources), arguments: arguments, limit, options)
    }

    /// Adds the cells of all prompts to a run, in one transaction.
    ///
    /// - Parameters:
    ///   - sources: files, directories, or `-` for standard input.
    ///   - arguments: further arguments for `llm` with every prompt.
    ///   - options: which models, how, and where the database is.
    /// - Returns: the run's name and folder, and what has changed.
    /// - Throws: what is wrong, before anything is written.
    @concurrent public static func enqueue(
        sources: [String], arguments: [String] = [], options: NllmOptions = NllmOptions()
    ) async throws(NllmError) -> EnqueueReport {
        let request = options.request(
            try files(sources), arguments: arguments, configuration: try options.configuration())
        return try await enqueue(request).report
    }

    /// Executes cells until none is left.
    ///
    /// - Parameters:
    ///   - runs: names of runs; if empty, all runs of the database.
    ///   - options: how, and where the database is; a timeout, retries, failures and a cache override those of the runs.
    /// - Returns: the state of the runs afterwards.
    /// - Throws: what kept it from continuing.
    @concurrent public static func work(
        runs: [String] = [], options: NllmOptions = NllmOptions()
    ) async throws(NllmError) -> WorkSummary {
        let configuration = try options.configuration()
        var work = options.workOptions(runs: runs, configuration: configuration)
        work.overrides = options.settings
        return try await self.work(try configuration.openStore(), work, options.observe)
    }

    /// Rewrites a run's folder from the database.
    ///
    /// - Parameters:
    ///   - run: the run's name.
    ///   - options: where the database is.
    /// - Returns: the folder's path.
    /// - Throws: if there is no such run, or its folder cannot be written.
    @concurrent public static func export(_ run: String, options: NllmOptions = NllmOptions()) async throws(NllmError)
        -> String
    {
        let store = try options.configuration().openStore()
        return try await uninterrupted { () async throws(NllmError) in
            try await Exporter(store: store).export(try await store.run(run))
        }
    }
}

// MARK: - Parts

extension Nllm {
    private static func direct(_ arguments: [String], _ options: NllmOptions) throws(NllmError) -> PromptSource {
        PromptSource(try DirectPrompt(arguments: arguments, piped: Array(options.input.utf8)))
    }

    private static func files(_ paths: [String]) throws(NllmError) -> [PromptSource] {
        guard !paths.isEmpty else { throw .usage("no source named; give a file, a directory, or -") }
        var sources: [PromptSource] = []
        for path in paths { sources.append(try PromptSource(path)) }
        return sources
    }

    private static func preview(
        _ sources: [PromptSource], arguments: [String], _ limit: Int, _ options: NllmOptions
    ) async throws(NllmError) -> Preview {
        let request = options.request(sources, arguments: arguments, configuration: try options.configuration())
        return try await uninterrupted { () async throws(NllmError) in
            try await Enqueuer(databasePath: "").preview(request, limit: limit)
        }
    }

    private static func run(
        _ sources: [PromptSource], arguments: [String], _ options: NllmOptions
    ) async throws(NllmError) -> NllmResults {
        let configuration = try options.configuration()
        guard options.settings.outdir == nil, configuration.source(of: .outdir) == .builtIn else {
            return try await run(options.request(sources, arguments: arguments, configuration: configuration), options)
        }
        return try await TemporaryFolder.with { (folder) async throws(NllmError) in
            var configuration = configuration
            if options.database == nil {
                configuration.set(.database, to: .string(folder + "/batch.db"), from: .commandLine("outdir"))
            }
            var request = options.request(sources, arguments: arguments, configuration: configuration)
            request.settings.outdir = folder
            var results = try await run(request, options)
            results.folder = nil
            return results
        }
    }

    private static func run(
        _ request: EnqueueRequest, _ options: NllmOptions
    ) async throws(NllmError) -> NllmResults {
        // Cells are enqueued only if they can be executed.
        _ = try LLMProgram.find()
        var work = options.workOptions(runs: [], configuration: request.configuration)
        try DescriptorLimit.check(.cells(work.concurrency))
        var request = request
        request.needsPrices = work.maxCost != nil
        let (report, store) = try await enqueue(request)
        work.runs = [report.run]
        if !Task.isCancelled {
            _ = try await self.work(store, work, options.observe)
        }
        return try await NllmResults(of: report.run, in: store)
    }

    private static func enqueue(
        _ request: EnqueueRequest
    ) async throws(NllmError) -> (report: EnqueueReport, store: Store) {
        try await uninterrupted { () async throws(NllmError) in
            let configuration = request.configuration
            return try await Enqueuer(databasePath: configuration.database, isPrivate: configuration.isPrivate)
                .enqueue(request)
        }
    }

    private static func work(
        _ store: Store, _ options: WorkOptions, _ observe: (@Sendable (WorkEvent) -> Void)?
    ) async throws(NllmError) -> WorkSummary {
        let shutdown = Shutdown()
        return try await uninterrupted(cancelled: { shutdown.request() }) { () async throws(NllmError) in
            let worker = try Worker.make(
                store: store, options: options, observe: observe ?? { _ in }, pace: {})
            return try await worker.run(shutdown: shutdown)
        }
    }

    /// Runs `body` to completion even if the surrounding task is cancelled.
    ///
    /// A worker in a cancelled task could record nothing. The task made here is always awaited, so it never outlives
    /// its caller.
    static func uninterrupted<Value: Sendable>(
        cancelled: @Sendable () -> Void = {}, _ body: @escaping @Sendable () async throws(NllmError) -> Value
    ) async throws(NllmError) -> Value {
        let task = Task { () async -> Result<Value, NllmError> in
            do throws(NllmError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            cancelled()
        }.get()
    }
}
