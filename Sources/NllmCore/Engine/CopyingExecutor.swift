internal import FoundationEssentials

/// Gives another executor requests over private copies of their files, whose content is what it was at enqueue.
final class CopyingExecutor: Executor {
    private let next: any Executor
    private let copies: PrivateCopies

    /// - Parameters:
    ///   - next: runs the requests.
    ///   - mark: a text that distinguishes this worker's files from all others.
    init(_ next: any Executor, mark: String) {
        self.next = next
        copies = PrivateCopies(mark: mark)
        WorkerFolder.sweep()
    }

    func execute(
        _ request: LLMRequest, timeout: Duration?, stop: StopSignal, output: OutputObserver?,
        started: @escaping @Sendable () -> Void
    ) async -> Execution {
        guard !request.files.isEmpty else {
            return await next.execute(request, timeout: timeout, stop: stop, output: output, started: started)
        }
        let loan: PrivateCopies.Loan
        do throws(PrivateCopies.Failure) {
            loan = try await copies.lend(request)
        } catch {
            return Self.execution(error)
        }
        let restored = output.map { RestoredOutput(loan.restoring, next: $0) }
        var execution = await next.execute(
            loan.request, timeout: timeout, stop: stop, output: restored?.observer, started: started)
        await restored?.finish()
        await copies.giveBack(loan)
        execution.stderr = loan.restoring.restore(execution.stderr)
        return execution
    }

    private static func execution(_ failure: PrivateCopies.Failure) -> Execution {
        let now = Date()
        return switch failure {
        case .changed(let reason):
            Execution(end: .notStarted(reason: reason), cause: .refused, startedAt: now, finishedAt: now)
        case .impossible(let reason):
            Execution(end: .notStarted(reason: reason), startedAt: now, finishedAt: now)
        }
    }

    func room() async -> Int { await next.room() }

    func stopStarting() async { await next.stopStarting() }

    func killAll() {
        next.killAll()
        copies.remove()
    }

    func close() async {
        await next.close()
        copies.remove()
    }
}
