/// What promptfoo's assertions have and this program does not.
enum UnsupportedAssertion {
    /// What to do in place of a type of promptfoo's; nil for any other name.
    static func advice(type: String) -> String? {
        switch type {
        case "python", "javascript", "ruby", "fn", "eval":
            "write a `command`, an executable that gets the answer on its standard input"
        case "model-graded-factuality": "write `factuality`"
        case "similar:cosine", "similar:dot", "similar:euclidean": "write `similar`, which is the cosine"
        case "webhook": "write a `command` that asks it"
        case "rouge-l", "rouge-s", "bleu", "gleu", "meteor": "use `rouge-n`, `f1`, or a `command`"
        case "perplexity", "perplexity-score": "`llm` does not pass on the probabilities of tokens"
        case "is-refusal", "search-rubric", "g-eval", "agent-rubric", "select-best", "max-score", "pi",
            "conversation-relevance", "answer-relevance", "context-faithfulness", "context-recall", "context-relevance":
            "use `llm-rubric` with the criterion as its `value`"
        case "is-sql", "contains-sql", "is-xml", "contains-xml", "is-html", "contains-html", "moderation", "guardrails",
            "classifier":
            "write a `command` that checks it"
        case "is-valid-function-call", "is-valid-openai-function-call", "is-valid-openai-tools-call", "tool-call-f1",
            "skill-used", "trajectory", "trace-span-count", "trace-span-duration", "trace-error-spans":
            "tools are not called here"
        default: type.hasPrefix("trajectory:") ? advice(type: "trajectory") : nil
        }
    }

    /// What to do in place of a member of promptfoo's; nil for any other name.
    static func advice(member: String) -> String? {
        switch member {
        case "provider": "the suite's `judge` names the model that grades"
        case "rubricPrompt": "write what is to be graded as `value`"
        case "config": "a `command` takes its arguments as further texts of its `value`"
        case "transform", "contextTransform": "use a `command` that looks at the part that counts"
        case "metricOnly": "`weight: 0` only measures"
        case "$ref": "only a suite has `assertionTemplates`"
        default: nil
        }
    }
}
