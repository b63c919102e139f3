/// `finish-reason`: why the model stopped, in the provider's word or in promptfoo's for all providers (`stop`, `length`,
/// `content_filter`, `tool_calls`); case does not count.
struct FinishReasonRule: AnswerRule {
    private let wanted: String

    init(_ assertion: Assertion) { wanted = assertion.value?.scalarText ?? "" }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        guard let found = answer.finishReason, !found.isEmpty else { return .none("why the model stopped is unknown") }
        let isSame = wanted.lowercased() == found.lowercased() || Self.common(wanted) == Self.common(found)
        return isSame
            ? .passed(true, reason: "the model stopped with \(Excerpt.of(found))")
            : .passed(false, reason: "expected \(Excerpt.of(wanted)), found \(Excerpt.of(found))")
    }

    /// The word for all providers, by promptfoo's documentation of `finish-reason`, with those of Gemini and of
    /// OpenAI's Responses.
    private static func common(_ reason: String) -> String {
        switch reason.lowercased() {
        case "end_turn", "stop_sequence", "completed": "stop"
        case "max_tokens", "max_output_tokens": "length"
        case "tool_use", "function_call", "tool-calls": "tool_calls"
        case "refusal", "content-filter", "safety", "recitation", "blocklist", "prohibited_content", "spii":
            "content_filter"
        case let other: other
        }
    }
}
