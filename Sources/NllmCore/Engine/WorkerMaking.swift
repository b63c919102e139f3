extension Worker {
    /// A worker that runs `llm`.
    ///
    /// - Parameters:
    ///   - store: the database.
    ///   - options: what it does.
    ///   - observe: receives what happens, and must not block.
    ///   - pace: returns when more lines of output may be reported; `llm` waits for it when it writes.
    /// - Returns: the worker.
    /// - Throws: when `llm` is not there.
    public static func make(
        store: Store, options: WorkOptions, observe: @escaping @Sendable (WorkEvent) -> Void,
        pace: @escaping @Sendable () async -> Void
    ) throws(NllmError) -> Worker {
        try DescriptorLimit.check(.cells(options.concurrency))
        let program = try LLMProgram.find()
        let identity = WorkerIdentity.current()
        // It is not started before there is something to do.
        let executor = DeferredExecutor { () throws(NllmError) in
            let factory = ExecutorFactory(
                program: program, mark: identity.mark, maxMemory: options.maxMemory, maxAnswer: options.maxAnswer
            ) { observe(.executor($0)) }
            let (executor, report) = try await factory.make(try await Self.executor(for: options, in: store))
            observe(.executor(report))
            // What could be said of keys is not worth an error.
            for (model, key) in (try? await Self.missingKeys(report, for: options, in: store)) ?? [] {
                observe(.keyMissing(model: model, key))
            }
            return CopyingExecutor(executor, mark: identity.mark)
        }
        return Worker(
            store: store, executor: executor, options: options, identity: identity, observe: observe, pace: pace)
    }

    /// The executor that was chosen; for a few cells, `process` in place of `auto`, where it does the same.
    ///
    /// A worker of all runs may get any number of cells while it works.
    private static func executor(for options: WorkOptions, in store: Store) async throws(NllmError) -> ExecutorChoice {
        guard options.executor == .auto, options.maxMemory == nil, !options.runs.isEmpty else {
            return options.executor
        }
        let runs = try await claimable(options, in: store)
        guard try await store.pendingCells(of: runs.map(\.id)) <= ExecutorChoice.fewCells else { return .fork }
        // A cold `llm` is given one message, and does not report why an answer ended.
        guard try await !store.hasConversations(in: runs.map(\.id)) else { return .fork }
        let failOn = options.overrides.failOn ?? runs.flatMap(\.settings.failOn)
        return failOn.allSatisfy { $0 == .empty } ? .process : .fork
    }

    /// The runs that have cells to be done.
    private static func claimable(_ options: WorkOptions, in store: Store) async throws(NllmError) -> [Run] {
        let named = options.runs.isEmpty ? nil : try await store.runs(named: options.runs).map(\.id)
        let claimable = try await store.claimableRuns(named)
        return try await store.runs().filter { claimable.contains($0.id) }
    }

    /// The models that are about to be asked and have no key, by their labels.
    private static func missingKeys(
        _ report: ExecutorReport, for options: WorkOptions, in store: Store
    ) async throws(NllmError) -> [(model: String, key: MissingKey)] {
        guard !report.missingKeys.isEmpty else { return [] }
        var missing: [(model: String, key: MissingKey)] = []
        for run in try await claimable(options, in: store) {
            let waiting = try await store.progress(of: run).models.filter { $0.counts.left > 0 }.map(\.label)
            for model in try await store.models(of: run) where waiting.contains(model.label) {
                guard let key = report.missingKeys.first(of: model.name) else { continue }
                if !missing.contains(where: { $0.model == model.label }) { missing.append((model.label, key)) }
            }
        }
        return missing
    }
}
