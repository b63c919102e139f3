/// How a worker runs `llm`, and why so.
public struct ExecutorReport: Sendable, Equatable {
    /// Never ``ExecutorChoice/auto``.
    public internal(set) var choice: ExecutorChoice
    /// What it runs.
    public internal(set) var detail: String
    /// Why it is not what was asked for; nil if it is.
    public internal(set) var shortfall: String?

    /// Finds out what a choice would come to, by trying it.
    public static func find(_ choice: ExecutorChoice) async throws(NllmError) -> ExecutorReport {
        let factory = ExecutorFactory(program: try LLMProgram.find(), mark: WorkerIdentity.current().mark) { _ in }
        let (executor, report) = try await factory.make(choice)
        await executor.close()
        return report
    }
}
