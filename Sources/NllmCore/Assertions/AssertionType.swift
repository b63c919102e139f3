/// The kinds of assertions, by the names that promptfoo and Inspect use.
enum AssertionType: String, Sendable, Hashable, CaseIterable {
    case equals
    case contains
    case icontains
    case containsAny = "contains-any"
    case containsAll = "contains-all"
    case icontainsAny = "icontains-any"
    case icontainsAll = "icontains-all"
    case startsWith = "starts-with"
    case regex
    case isJSON = "is-json"
    case containsJSON = "contains-json"
    case jsonPath = "json-path"
    case wordCount = "word-count"
    case length
    case levenshtein
    case rougeN = "rouge-n"
    case f1
    case latency
    case cost
    case finishReason = "finish-reason"
    case match
    case answer
    case choice
    case llmRubric = "llm-rubric"
    case factuality
    case modelGradedClosedQA = "model-graded-closedqa"
    case similar
    case command
    case set = "assert-set"

    /// Whether a model decides.
    var isJudged: Bool {
        switch self {
        case .llmRubric, .factuality, .modelGradedClosedQA: true
        default: false
        }
    }
}
