internal import FoundationEssentials

/// The execution of one claimed cell, and what is made of how it ended.
package struct CellExecution: Sendable {
    let claim: Claim
    let options: WorkOptions
    /// Ends the execution early.
    let stop = StopSignal()
    private let policy = RetryPolicy()

    /// - Parameters:
    ///   - claim: the cell.
    ///   - options: what its worker was given, some of it in place of the run's settings.
    package init(_ claim: Claim, options: WorkOptions) {
        self.claim = claim
        self.options = options
    }

    var lease: Lease { Lease(claim) }

    /// Runs the request to its end.
    ///
    /// - Parameters:
    ///   - executor: runs it.
    ///   - output: sees what is written while it is written; nil if nothing does.
    ///   - started: called once, when another request can be started.
    /// - Returns: how it went.
    func execute(by executor: any Executor, output: LiveOutput?, started: @escaping @Sendable () -> Void) async
        -> Execution
    {
        let execution = await executor.execute(
            claim.request, timeout: timeout, stop: stop, output: output?.observer, started: started)
        output?.finish()
        return execution
    }

    /// Judges how it went: what is recorded, and whether it is tried again.
    ///
    /// Large outputs are gone through here, so it runs off the actor that calls it.
    @concurrent
    package func report(on execution: Execution) async -> Report {
        var outcome = Outcome(
            execution, timeout: timeout, maxMemory: options.maxMemory, maxAnswer: options.maxAnswer,
            keepsRaw: claim.raw, failOn: options.overrides.failOn.map { Set($0) } ?? claim.failOn)
        if claim.isJudging { outcome.failWithoutVerdict(on: claim.request) }
        var report = Report(claim: claim, outcome: outcome, command: LLMCommand.shown(claim.request))
        report.maxWait = options.maxWait
        if let failure = outcome.failure, outcome.status != .ok {
            report.retryAt = policy.nextTry(
                after: failure, tries: claim.tries + 1, history: claim.history,
                retries: options.overrides.retries ?? claim.retries, now: outcome.finishedAt, jitter: .random(in: 0...1)
            )
        }
        return report
    }

    private var timeout: Duration? {
        let seconds = options.overrides.timeout ?? claim.timeout
        return seconds > 0 ? .seconds(seconds) : nil
    }
}

extension Outcome {
    /// Makes a judge's answer that holds no verdict a failure, so that it is asked again and its answer never reused.
    fileprivate mutating func failWithoutVerdict(on request: LLMRequest) {
        guard status == .ok, let judged = request.prompt.flatMap(JudgeQuestion.answer(in:)),
            JudgeReply(text, about: judged) == nil
        else { return }
        status = .error
        failure = Failure(kind: .unreadable, message: "the judge's answer holds no verdict")
    }
}
