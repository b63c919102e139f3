internal import FoundationEssentials

/// How a worker runs `llm`, and why so.
public struct ExecutorReport: Sendable, Equatable {
    /// Never ``ExecutorChoice/auto``.
    public internal(set) var choice: ExecutorChoice
    /// What it runs.
    public internal(set) var detail: String
    /// Why it is not what was asked for; nil if it is.
    public internal(set) var shortfall: String?

    /// What the trial may take, on a machine that has much else to do.
    private static let patience = Duration.seconds(180)

    /// Finds out what a choice would come to, by trying it.
    ///
    /// What is tried is all that a cell does before its request is sent: a model that does not exist is asked, so that
    /// nobody is.
    ///
    /// - Parameter choice: the executor asked for.
    /// - Returns: how requests are run.
    /// - Throws: why none can be run.
    public static func find(_ choice: ExecutorChoice) async throws(NllmError) -> ExecutorReport {
        let factory = ExecutorFactory(program: try LLMProgram.find(), mark: ProcessMark.new()) { _ in }
        let (executor, report) = try await factory.make(choice)
        let request = LLMRequest(
            model: "nllm-batch-doctor-no-such-model", prompt: "Nobody is asked.",
            directory: FileManager.default.currentDirectoryPath)
        let execution = await executor.execute(
            request, timeout: patience, stop: StopSignal(), output: nil, started: {})
        await executor.close()
        if let reason = failure(of: execution) {
            throw .llmUnusable(
                reason: "llm fails as executor \(report.choice): \(reason); see what `llm -n -m MODEL hi` says")
        }
        return report
    }

    /// Why the trial failed in another way than it has to; nil if it did not.
    private static func failure(of execution: Execution) -> String? {
        if case .notStarted(let reason) = execution.end { return reason }
        let outcome = Outcome(execution, timeout: patience, maxMemory: nil, keepsRaw: false)
        // Some program that is no real `llm` may answer for any model.
        if outcome.failure == nil || outcome.failure?.kind == .modelUnknown { return nil }
        return outcome.failure.map { $0.message.isEmpty ? $0.kind.rawValue : $0.message }
    }
}
