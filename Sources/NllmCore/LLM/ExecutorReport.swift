internal import FoundationEssentials

/// How a worker runs `llm`, and why.
public struct ExecutorReport: Sendable, Equatable {
    /// Never ``ExecutorChoice/auto``.
    public internal(set) var choice: ExecutorChoice
    /// What it runs.
    public internal(set) var detail: String
    /// Why it is not the requested one; nil if it is.
    public internal(set) var shortfall: String?
    /// The keys that `llm` does not have, as far as that is known.
    public internal(set) var missingKeys: [MissingKey] = []

    /// The time allowed for the trial on a busy machine.
    private static let patience = Duration.seconds(180)

    /// Determines the result of a choice by trying it.
    ///
    /// The trial does everything that a cell does before its request is sent: it uses a model that does not exist, so
    /// that nothing is sent.
    ///
    /// - Parameter choice: the requested executor.
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

    /// Why the trial failed in an unexpected way; nil if it failed as expected.
    private static func failure(of execution: Execution) -> String? {
        if case .notStarted(let reason) = execution.end { return reason }
        let outcome = Outcome(execution, timeout: patience, maxMemory: nil, keepsRaw: false)
        // A program that is not a real `llm` may answer for any model.
        if outcome.failure == nil || outcome.failure?.kind == .modelUnknown { return nil }
        return outcome.failure.map { $0.message.isEmpty ? $0.kind.rawValue : $0.message }
    }
}
