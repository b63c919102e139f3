internal import Crypto

extension ResultRecord {
    /// The result as it appears in the artifacts: nllm's nine fields, then additional ones.
    var document: JSONValue {
        let text = text
        let members: [JSONValue.Member] = [
            .init("model", .string(label)),
            .init("status", .string(status.rawValue)),
            .init("duration_ms", .integer(durationMilliseconds)),
            .init("exit_code", .integer(exitCode)),
            .init("text", .string(text)),
            .init("meta", meta),
            .init("command", command),
            .init("stderr_tail", .string(stderrTail)),
            .init("json", isCutOff ? .null : JSONExtraction.extract(text) ?? .null),
            .init("schema_version", .integer(schemaVersion)),
            .init("run", .string(run)),
            .init("prompt_id", .string(prompt)),
            .init("sample", .integer(sample)),
            .init("attempts", .integer(attempts)),
            .init("failure", failure?.document ?? .null),
            .init("started_at", .string(Timestamp.utc(startedAt))),
            .init("finished_at", .string(Timestamp.utc(finishedAt))),
            .init("metadata", metadata ?? .null),
        ]
        guard schemaVersion > 1 else { return .object(members) }
        let conversation = turns.isEmpty ? [] : [JSONValue.Member("turns", turnsJSON)]
        return .object(
            members + [.init("prompt", promptJSON), .init("vars", vars ?? .null)] + conversation + gradeMembers)
    }

    /// `score`, `pass` and `asserts`, all null if no answer was graded; nothing for a prompt without assertions.
    private var gradeMembers: [JSONValue.Member] {
        guard hasGrading else { return [] }
        return grade?.members ?? ["score", "pass", "asserts"].map { .init($0, .null) }
    }

    /// The turns that were begun, with their answers, the last of which is the result's text.
    private var turnsJSON: JSONValue {
        .array(
            zip(turns, earlier + [text]).map { prompt, answer in
                .object([.init("prompt", .string(prompt)), .init("text", .string(answer))])
            })
    }

    /// The longest prompt that is repeated in a result, in bytes.
    private static let longestPrompt = 64 << 10

    /// The prompt; a long one by its SHA-256 and its number of bytes.
    private var promptJSON: JSONValue {
        guard promptText.utf8.count > Self.longestPrompt else { return .string(promptText) }
        let digest = SHA256.hash(data: Array(promptText.utf8))
        return .object([
            .init("sha256", .string(Hexadecimal.text(digest))), .init("bytes", .integer(promptText.utf8.count)),
        ])
    }

    /// Whether it was cut off at `--max-answer`: a value that fills all of it is incomplete, and would fill memory.
    private var isCutOff: Bool { failure?.kind == .request && exitCode == Outcome.noExitCode }

    /// Unknown values are omitted; `error`, `error_message` and `timeout` are nllm's.
    private var meta: JSONValue {
        var members: [JSONValue.Member] = []
        switch status {
        case .error:
            members = [.init("error", .bool(true)), .init("error_message", .string(failure?.message ?? ""))]
        case .timeout: members = [.init("timeout", .bool(true))]
        default: break
        }
        let counts = [
            ("tokens_input", tokensInput), ("tokens_output", tokensOutput), ("cpu_ms", cpuMilliseconds),
            ("peak_memory_kb", peakMemoryKilobytes),
        ]
        members += counts.compactMap { name, count in count.map { .init(name, .integer($0)) } }
        if let cost { members.append(.init("cost_estimated", .number(String(cost)))) }
        if let usageDetails { members.append(.init("usage_details", usageDetails)) }
        members += served.members
        if let cachedFrom {
            let names = ["run", "prompt_id", "finished_at"]
            members.append(
                .init("cached_from", .object(names.compactMap { name in cachedFrom[name].map { .init(name, $0) } })))
        }
        return .object(members)
    }
}

extension Failure {
    var document: JSONValue {
        .object([
            .init("kind", .string(kind.rawValue)),
            .init("message", .string(message)),
            .init("http_status", httpStatus.map(JSONValue.integer) ?? .null),
            .init("retry_after", retryAfter.map { .number(String($0)) } ?? .null),
        ])
    }
}
