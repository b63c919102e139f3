/// Determines from the output of `llm` why an attempt failed.
///
/// Providers word their errors differently and plugins pass them on differently, so a status code decides if there is
/// one, and otherwise phrases that several providers share.
struct FailureClassifier {
    /// The address space limit in megabytes, which a process may have reached; nil without one.
    var maxMemory: Int?

    /// The failure of an `llm` that exited with a code other than 0.
    ///
    /// - Parameters:
    ///   - code: its exit code.
    ///   - stderr: what it wrote.
    ///   - error: what it raised, if that is known; it overrides the wording.
    /// - Returns: the failure.
    func failure(code: Int32, stderr: String, error: ProviderError? = nil) -> Failure {
        if let maxMemory, Self.ranOutOfMemory(stderr) {
            return Failure(kind: .crashed, message: "over --max-memory \(maxMemory) MB")
        }
        let message = Self.message(stderr)
        if Self.isLocalDatabase(stderr: stderr, error: error) { return Failure(kind: .locked, message: message) }
        if EncodingFailure.isTold(by: message) {
            return Failure(kind: .request, message: EncodingFailure.text(message))
        }
        let retryAfter = error?.retryAfter.flatMap(Self.waitingTime) ?? Self.retryAfter(message)
        if let status = error?.httpStatus.flatMap(Self.failingStatus) ?? Self.status(message) {
            let kind = Self.kind(status: status, said: [message, error?.code, error?.type])
            return Failure(kind: kind, message: message, httpStatus: status, retryAfter: retryAfter)
        }
        if code == 2, stderr.contains("Usage:") { return Failure(kind: .request, message: message) }
        if let kind = error?.kind ?? Self.kind(message: message) {
            return Failure(kind: kind, message: message, retryAfter: retryAfter)
        }
        // `llm` fails with 1; any other code has an unknown cause.
        guard code == 1, !message.isEmpty else {
            return Failure(kind: .crashed, message: message.isEmpty ? "exit code \(code)" : message)
        }
        return Failure(kind: .server, message: message)
    }

    // MARK: The message

    /// The text after the last `Error: `, or the last line that is not empty.
    static func message(_ stderr: String) -> String {
        let lines = stderr.split(whereSeparator: \.isNewline).filter { line in
            !line.allSatisfy(\.isWhitespace) && !line.hasPrefix("Token usage:")
        }
        guard let last = lines.last else { return "" }
        if let start = lines.lastIndex(where: { $0.hasPrefix("Error: ") }) {
            return lines[start...].map { line in line.split(separator: " ").joined(separator: " ") }
                .joined(separator: " ").dropFirst("Error: ".count).description
        }
        return String(last)
    }

    /// The number in `Error code: 429 - …`, or in Mistral's `429: …`.
    private static func status(_ message: String) -> Int? {
        let number: Substring
        if let range = message.firstRange(of: "Error code: ") {
            number = message[range.upperBound...].prefix(while: \.isNumber)
        } else {
            number = message.prefix(while: \.isNumber)
            guard message.dropFirst(number.count).hasPrefix(":") else { return nil }
        }
        return Int(number).flatMap(failingStatus)
    }

    private static func failingStatus(_ status: Int) -> Int? { (300...599).contains(status) ? status : nil }

    /// The seconds in `Please try again in 1m2.5s`, `634ms` or `retry after 20`.
    static func retryAfter(_ message: String) -> Double? {
        let text = message.lowercased()
        let phrases = ["try again in ", "retry in ", "retry after ", "retry-after: "]
        guard let range = phrases.compactMap({ text.firstRange(of: $0) }).first else { return nil }
        let units = [
            "ms": 0.001, "s": 1, "m": 60, "h": 3600, "": 1, "second": 1, "seconds": 1, "minute": 60, "minutes": 60,
        ]
        var rest = text[range.upperBound...]
        var seconds: Double?
        while let first = rest.first, first.isASCII, first.isNumber {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            if rest.first == " " { rest = rest.dropFirst() }
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(number.hasSuffix(".") ? number.dropLast() : number) else { break }
            guard let scale = units[String(unit)] ?? (seconds == nil ? 1 : nil) else { break }
            seconds = (seconds ?? 0) + value * scale
        }
        // A point in time, or nonsense, is not a time to wait.
        return seconds.flatMap(waitingTime)
    }

    /// The time to wait; zero means nothing, because the provider has just refused.
    private static func waitingTime(_ seconds: Double) -> Double? {
        seconds > 0 && seconds <= longestWait ? seconds : nil
    }

    /// No provider asks to wait for more than a day, in seconds.
    private static let longestWait = 86_400.0

    // MARK: The kind

    private static func kind(status: Int, said: [String?]) -> FailureKind {
        switch status {
        case 401, 403: .auth
        case 402: .quota
        case 404: .modelUnknown
        case 408, 409: .network
        case 429: isQuota(said) ? .quota : .rateLimited
        case 503, 529: .overloaded
        case 500...: .server
        default: .request
        }
    }

    private static func isQuota(_ said: [String?]) -> Bool {
        let text = said.compactMap(\.self).joined(separator: " ").lowercased()
        return ["insufficient_quota", "exceeded your current quota", "billing", "credit balance"].contains {
            text.contains($0)
        }
    }

    /// The first of these phrases in the message, ignoring letter case, determines the kind.
    private static let phrases: [(phrase: String, kind: FailureKind)] = [
        ("exceeded your current quota", .quota), ("insufficient_quota", .quota), ("credit balance", .quota),
        ("rate limit", .rateLimited), ("too many requests", .rateLimited),
        ("resource has been exhausted", .rateLimited),
        ("resource_exhausted", .rateLimited),
        ("no key found", .auth), ("api key", .auth), ("api_key", .auth), ("authentication", .auth),
        ("unauthorized", .auth), ("permission denied", .auth),
        ("unknown model", .modelUnknown), ("model not found", .modelUnknown),
        ("is not found for api version", .modelUnknown),
        ("overloaded", .overloaded), ("service unavailable", .overloaded), ("try again later", .overloaded),
        ("connection error", .network), ("connection refused", .network), ("connection reset", .network),
        ("connection aborted", .network), ("name resolution", .network), ("name or service not known", .network),
        ("network is unreachable", .network), ("server disconnected", .network), ("incomplete chunked read", .network),
        ("connecterror", .network), ("readerror", .network), ("ssl:", .network),
        ("request timed out", .timeout), ("timed out", .timeout), ("timeout", .timeout),
        ("extra inputs are not permitted", .request), ("input should be", .request), ("invalid template", .request),
        ("missing variables", .request), ("fragment '", .request), ("tool(s) ", .request),
        ("error in --functions", .request), ("contained invalid json", .request),
        ("no conversation found", .request), ("is not a valid", .request), ("does not support", .request),
        ("has no attribute 'usage'", .request), ("has no attribute 'model_dump'", .request),
        ("has no attribute 'choices'", .request), ("expecting value: line 1 column 1 (char 0)", .request),
        ("invalid value for", .request), ("no such option", .request), ("context length", .request),
        ("aborted!", .crashed), ("no space left on device", .crashed), ("memoryerror", .crashed),
    ]

    private static func kind(message: String) -> FailureKind? {
        let text = message.lowercased()
        return phrases.first { text.contains($0.phrase) }?.kind
    }

    /// Python without memory left cannot always say so, and fails in odd ways.
    private static func ranOutOfMemory(_ stderr: String) -> Bool {
        [
            "MemoryError", "Cannot allocate memory", "std::bad_alloc", "failed to map segment", "out of memory",
            "SystemError:", "Fatal Python error",
        ].contains { stderr.contains($0) }
    }
}
