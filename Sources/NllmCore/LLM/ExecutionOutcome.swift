extension Outcome {
    /// Makes an outcome of an execution.
    ///
    /// - Parameters:
    ///   - execution: the execution.
    ///   - timeout: its time limit, for the message.
    ///   - maxMemory: its memory limit in megabytes.
    ///   - maxAnswer: the limit of its answer in megabytes.
    ///   - keepsRaw: whether both outputs are kept as written.
    ///   - failOn: kinds of answers that count as failures.
    init(
        _ execution: Execution, timeout: Duration?, maxMemory: Int?, maxAnswer: Int = Configuration().maxAnswer,
        keepsRaw: Bool, failOn: Set<FailureKind> = []
    ) {
        // Output that was cut at a number of bytes may end within a character.
        let torn = execution.cause == .flooded ? OutputText.tornEnd(of: execution.stdout) : 0
        let stdout = execution.stdout.dropLast(torn)
        var answers = Self.answers(in: stdout, endingAt: execution.turnEnds)
        let last = answers.removeLast()
        let valid = String(validating: last, as: UTF8.self)
        text = valid ?? OutputText.decode(last)
        earlier = answers.map { OutputText.decode($0.last == 0x0A ? $0.dropLast() : $0) }
        rawStdout = (valid == nil || !earlier.isEmpty) && keepsRaw ? Array(stdout) : nil
        // The reason for a failure is at the end, however much was written before.
        let said = OutputText.decode(execution.stderr.suffix(Self.saidLength))
        rawStderr = keepsRaw ? Redaction.redact(execution.stderr) : nil
        // Redacted before it is cut, so that no half of a key is left.
        stderrTail = String(Redaction.redact(said).suffix(Self.tailLength))
        served = execution.served.recorded
        usage = execution.usage
        resources = execution.resources
        startedAt = execution.startedAt
        finishedAt = execution.finishedAt
        (status, exitCode, failure) = Self.judge(
            execution, said: said, text: text, timeout: timeout, maxMemory: maxMemory, maxAnswer: maxAnswer,
            failOn: failOn)
        if status == .ok, let kind = failure?.kind, failOn.contains(kind) { status = .error }
        mayBeBilled = Self.mayBeBilled(execution, failure)
        if let message = failure?.message {
            failure?.message = String(Redaction.redact(message).prefix(Self.messageLength))
        }
    }

    /// What was written for each turn.
    ///
    /// - Parameters:
    ///   - output: standard output.
    ///   - ends: the number of bytes in it at the end of each turn but the last that was begun.
    /// - Returns: one piece for each of these turns, and one for the last.
    private static func answers(in output: ArraySlice<UInt8>, endingAt ends: [Int]) -> [ArraySlice<UInt8>] {
        var answers: [ArraySlice<UInt8>] = []
        var start = output.startIndex
        for end in ends {
            let next = min(max(start, output.startIndex + end), output.endIndex)
            answers.append(output[start..<next])
            start = next
        }
        return answers + [output[start...]]
    }

    private static func judge(
        _ execution: Execution, said: String, text: String, timeout: Duration?, maxMemory: Int?, maxAnswer: Int,
        failOn: Set<FailureKind>
    ) -> (Status, Int, Failure?) {
        let answered = !text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
        switch (execution.end, execution.cause) {
        case (.exited(code: 0), let cause) where cause == nil || answered && cause != .flooded:
            if let failure = noAnswer(execution, text) { return (.error, 0, failure) }
            // It may have ended just before it was to be ended: an answer that arrived is kept.
            let empty = answered ? nil : Failure(kind: .empty, message: "the answer is empty")
            let cut = execution.finish?.failure
            let isTold = cut.map { !execution.hidesFinish || failOn.contains($0.kind) } ?? false
            return (.ok, 0, isTold ? cut : empty)
        case (_, .timedOut):
            return (.timeout, noExitCode, Failure(kind: .timeout, message: "no answer within \(seconds(timeout)) s"))
        case (_, .stopped): return (.interrupted, noExitCode, nil)
        case (_, .flooded):
            let message = "over --max-answer \(maxAnswer) MB; what had come is kept"
            return (.error, noExitCode, Failure(kind: .request, message: message))
        case (.notStarted(let reason), .refused):
            return (.error, noExitCode, Failure(kind: .request, message: reason))
        case (.notStarted(let reason), _):
            return (.error, noExitCode, Failure(kind: .crashed, message: "llm could not be started: \(reason)"))
        case (.signaled(let signal), _):
            let limit = maxMemory.map { ", maybe over --max-memory \($0) MB" } ?? ""
            return (.error, noExitCode, Failure(kind: .crashed, message: "killed by signal \(signal)\(limit)"))
        case (.exited(let code), _):
            if let failure = noAnswer(execution, text) { return (.error, Int(code), failure) }
            let classifier = FailureClassifier(maxMemory: maxMemory)
            let failure = classifier.failure(code: code, stderr: said, error: execution.error)
            if failure.kind == .locked, answered { return (.ok, Int(code), nil) }
            let status: Status = failure.kind == .timeout ? .timeout : .error
            return (status, Int(code), failure)
        }
    }

    /// The failure of a request that no model has answered, if that is known; nil for any other.
    private static func noAnswer(_ execution: Execution, _ text: String) -> Failure? {
        if let sent = execution.foreignAnswer {
            return Failure(
                kind: .request, message: "the server sent \(sent), not a model's answer; check the model's api_base")
        }
        guard execution.isOpaque, execution.end == .exited(code: 0), text.utf8.allSatisfy({ $0 == 0x0A }),
            UsageReport(stderr: execution.stderr).isBlank
        else { return nil }
        return Failure(
            kind: .request,
            message: "the server's answer held neither text nor usage; check the model's api_base, or use "
                + "--executor fork, which sees what was sent")
    }

    private static func mayBeBilled(_ execution: Execution, _ failure: Failure?) -> Bool {
        if case .notStarted = execution.end { return false }
        // An answer came, even if it could not be kept as it was.
        if execution.cause == .flooded { return true }
        if let failure, EncodingFailure.isTold(by: failure.message) { return true }
        return switch failure?.kind.traits.mayBeBilled {
        case .no: false
        case .unlessStatus: failure?.httpStatus == nil
        case .yes, nil: true
        }
    }

    private static func seconds(_ duration: Duration?) -> String {
        let seconds = (duration ?? .zero) / .seconds(1)
        return seconds == seconds.rounded() ? String(Int(seconds)) : String(seconds)
    }
}
