internal import Crypto
internal import FoundationEssentials

/// Answers as OpenAI's batch service returns them: a line per prompt and model, with its samples as `choices`.
///
/// A cell that failed has an error in place of a response, as in the service's file of errors.
struct BatchRenderer: ResultRenderer {
    /// Whether `custom_id` names the model as well, because there are several.
    let namesModels: Bool
    /// The results of the current prompt and model.
    private var results: [ResultRecord] = []

    init(namesModels: Bool) { self.namesModels = namesModels }

    mutating func add(_ result: ResultRecord) -> [UInt8] {
        defer { results.append(result) }
        guard let last = results.last, last.prompt != result.prompt || last.label != result.label else { return [] }
        return end()
    }

    mutating func end() -> [UInt8] {
        defer { results = [] }
        let answers = results.filter { $0.status == .ok }
        let lines = answers.isEmpty ? results.map(error) : [line(answers)]
        return lines.flatMap { JSONWriter.line($0) + [UInt8(ascii: "\n")] }
    }

    private func line(_ answers: [ResultRecord]) -> JSONValue {
        let id = Self.id(answers[0])
        let response = JSONValue.object([
            .init("status_code", .integer(200)), .init("request_id", .string("req_" + id)),
            .init("body", Self.completion(answers, id: id)),
        ])
        return .object([
            .init("id", .string("batch_req_" + id)), .init("custom_id", .string(customID(answers[0]))),
            .init("response", response), .init("error", .null),
        ])
    }

    private func error(_ result: ResultRecord) -> JSONValue {
        let error = JSONValue.object([
            .init("code", .string(result.failure?.kind.rawValue ?? result.status.rawValue)),
            .init("message", .string(result.failure?.message ?? "")),
        ])
        return .object([
            .init("id", .string("batch_req_" + Self.id(result))), .init("custom_id", .string(customID(result))),
            .init("response", .null), .init("error", error),
        ])
    }

    private func customID(_ result: ResultRecord) -> String {
        namesModels ? "\(result.prompt)@\(result.label)" : result.prompt
    }

    /// Digits that are the same at each export.
    private static func id(_ result: ResultRecord) -> String {
        let name = [result.run, result.prompt, result.label, String(result.sample)].joined(separator: "\n")
        return Hexadecimal.text(SHA256.hash(data: Array(name.utf8)).prefix(12))
    }

    /// An object of OpenAI's type `chat.completion`.
    private static func completion(_ answers: [ResultRecord], id: String) -> JSONValue {
        let first = answers[0]
        var members: [JSONValue.Member] = [
            .init("id", .string("chatcmpl-" + id)), .init("object", .string("chat.completion")),
            .init("created", .integer(first.finishedAt.milliseconds / 1000)),
            .init("model", .string(first.served.model ?? first.label)),
            .init("choices", .array(answers.enumerated().map { choice($1, index: $0) })),
        ]
        let (input, output) = (answers.compactMap(\.tokensInput), answers.compactMap(\.tokensOutput))
        if input.count == answers.count, output.count == answers.count {
            let (input, output) = (input.reduce(0, +), output.reduce(0, +))
            members.append(
                .init(
                    "usage",
                    .object([
                        .init("prompt_tokens", .integer(input)), .init("completion_tokens", .integer(output)),
                        .init("total_tokens", .integer(input + output)),
                    ])))
        }
        if let fingerprint = first.served.fingerprint {
            members.append(.init("system_fingerprint", .string(fingerprint)))
        }
        return .object(members)
    }

    private static func choice(_ answer: ResultRecord, index: Int) -> JSONValue {
        let message = JSONValue.object([
            .init("role", .string("assistant")), .init("content", .string(answer.text)), .init("refusal", .null),
        ])
        let reason =
            switch answer.failure?.kind {
            case .truncated: "length"
            case .filtered: "content_filter"
            default: "stop"
            }
        return .object([
            .init("index", .integer(index)), .init("message", message), .init("logprobs", .null),
            .init("finish_reason", .string(reason)),
        ])
    }
}
