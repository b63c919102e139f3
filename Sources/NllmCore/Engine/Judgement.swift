internal import FoundationEssentials

extension Report {
    /// Judges what came of a claim: what is recorded, and whether it is tried again.
    ///
    /// Large outputs are gone through here, so it runs off the actor that calls it.
    @concurrent
    package static func judge(
        _ execution: Execution, of claim: Claim, timeout: Duration?, options: WorkOptions, policy: RetryPolicy
    ) async -> Report {
        let outcome = Outcome(
            execution, timeout: timeout, maxMemory: options.maxMemory, maxAnswer: options.maxAnswer,
            keepsRaw: claim.raw, failOn: options.failOn ?? claim.failOn)
        let command = Redaction.redact(arguments: ["llm"] + LLMCommand.arguments(claim.request))
        var report = Report(claim: claim, outcome: outcome, command: command)
        report.maxWait = options.maxWait
        if let failure = outcome.failure, outcome.status != .ok {
            report.retryAt = policy.nextTry(
                after: failure, tries: claim.tries + 1, history: claim.history,
                retries: options.retries ?? claim.retries, now: outcome.finishedAt, jitter: .random(in: 0...1))
        }
        return report
    }

    /// What there is to tell of it.
    var event: WorkEvent {
        .attempt(
            model: claim.model, prompt: claim.promptID, sample: claim.sample, status: outcome.status.rawValue,
            failure: outcome.failure.map { "\($0.kind.rawValue): \($0.message)" },
            retryIn: retryAt?.timeIntervalSince(outcome.finishedAt))
    }
}
