/// Creates the requested executor, or the nearest one that works here.
struct ExecutorFactory: Sendable {
    let program: LLMProgram
    /// Distinguishes this worker's processes from all others.
    let mark: String
    /// Megabytes of address space a cell's process may use; nil for no limit.
    let maxMemory: Int?
    /// Largest answer in megabytes.
    let maxAnswer: Int
    private let log: LLMLog
    /// Called when cells are run in another way from then on.
    private let changed: @Sendable (ExecutorReport) -> Void

    typealias Product = (executor: any Executor, report: ExecutorReport)

    init(
        program: LLMProgram, mark: String, maxMemory: Int? = nil, maxAnswer: Int = Configuration().maxAnswer,
        changed: @escaping @Sendable (ExecutorReport) -> Void
    ) {
        self.program = program
        self.mark = mark
        self.maxMemory = maxMemory
        self.maxAnswer = maxAnswer
        self.changed = changed
        log = LLMLog(program: program, mark: mark)
    }

    /// An executor with an up-to-date llm log; throws if there is none, or if no `llm` works with its log.
    func make(_ choice: ExecutorChoice) async throws(NllmError) -> Product {
        let (executor, report) = try await unguarded(choice)
        return (LogGuard(executor: executor, log: log), report)
    }

    private func unguarded(_ choice: ExecutorChoice) async throws(NllmError) -> Product {
        switch choice {
        case .process: try await process()
        case .auto, .fork: try await fork()
        case .shared where maxMemory != nil:
            try await fork(because: "cells that share a process can't have a limit of memory each")
        case .shared: try await shared()
        }
    }

    private func process(because shortfall: String? = nil) async throws(NllmError) -> Product {
        try await log.prepare()
        let executor = try await ProcessExecutor(
            program: program, mark: mark, maxMemory: maxMemory, maxAnswer: maxAnswer)
        return (executor, ExecutorReport(choice: .process, detail: program.path, shortfall: shortfall))
    }

    private func fork(because shortfall: String? = nil) async throws(NllmError) -> Product {
        let next = DeferredExecutor { () throws(NllmError) in try await process().executor }
        do throws(BridgeFailure) {
            return try await warm(.fork, instead: .process, next: next, because: shortfall)
        } catch {
            try checkNeed(error)
            return try await process(because: error.reason)
        }
    }

    private func shared() async throws(NllmError) -> Product {
        let next = DeferredExecutor { () throws(NllmError) in
            let (executor, report) = try await fork()
            if report.choice != .fork { changed(report) }
            return executor
        }
        do throws(BridgeFailure) {
            return try await warm(.shared, instead: .fork, next: next)
        } catch {
            try checkNeed(error)
            return try await fork(because: error.reason)
        }
    }

    /// Throws if another executor would not help: with this log, or because none is needed any more.
    private func checkNeed(_ failure: BridgeFailure) throws(NllmError) {
        if let flaw = failure.log { throw flaw.error }
        if Task.isCancelled { throw .llmUnusable(reason: failure.reason) }
    }

    /// An executor over bridges in one mode; throws why none can be started.
    private func warm(
        _ mode: BridgeMode, instead other: ExecutorChoice, next: DeferredExecutor, because shortfall: String? = nil
    ) async throws(BridgeFailure) -> Product {
        let interpreter: PythonInterpreter
        do throws(NoInterpreter) {
            interpreter = try await log.interpreter()
        } catch {
            throw BridgeFailure(reason: error.reason)
        }
        let (launcher, mark, maxAnswer, changed) = (await Launcher(), mark, maxAnswer, changed)
        let start: BridgeExecutor.Start = { () throws(BridgeFailure) in
            try await Bridge.start(
                mode, interpreter: interpreter, launcher: launcher, mark: mark, maxAnswer: maxAnswer
            ).bridge
        }
        let (first, description) = try await Bridge.start(
            mode, interpreter: interpreter, launcher: launcher, mark: mark, maxAnswer: maxAnswer)
        log.note(description.log)
        let executor = BridgeExecutor(mode, first: first, maxMemory: maxMemory, next: next, start: start) { failure in
            // With a broken log nothing is run in another way either.
            guard failure.log == nil else { return }
            changed(
                ExecutorReport(
                    choice: other, detail: "from now on",
                    shortfall: "no warm Python can be started any more: \(failure.reason)"))
        }
        let report = ExecutorReport(
            choice: mode == .fork ? .fork : .shared, detail: description.sentence, shortfall: shortfall,
            missingKeys: description.missingKeys)
        return (executor, report)
    }
}

extension BridgeDescription {
    fileprivate var sentence: String {
        let plugins = plugins.isEmpty ? "no plugins" : plugins.joined(separator: ", ")
        return "\(executable), Python \(python), llm \(llm), \(plugins)"
    }
}
