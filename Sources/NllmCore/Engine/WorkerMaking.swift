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
            let (executor, report) = try await factory.make(options.executor)
            observe(.executor(report))
            return CopyingExecutor(executor, mark: identity.mark)
        }
        return Worker(
            store: store, executor: executor, options: options, identity: identity, observe: observe, pace: pace)
    }
}
