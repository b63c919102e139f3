/// The keys that an object of a suite may have, and those of promptfoo that are not supported.
struct SuiteKeys: Sendable {
    /// What the object is, in words that follow "in"; nil for the suite itself.
    let place: String?
    let known: [String]
    /// What to do in place of keys that promptfoo has.
    var unsupported: [String: String] = [:]

    static let suite = SuiteKeys(
        place: nil,
        known: [
            "$schema", "description", "tags", "providers", "models", "providerMap", "prompts", "tests", "defaultTest",
            "scenarios",
            "assertionTemplates", "evaluateOptions", "derivedMetrics", "outputPath", "sources", "series", "gate",
            "baseline", "confirm", "alpha", "min_effect", "max_drop", "cluster", "judge", "limits", "budget",
            "resume_within", "keep", "finally",
        ],
        unsupported: [
            "env": "set variables in the environment, and keys with `llm keys set`",
            "extensions": "programs around a run are not started; use `finally`, or a script that calls nllm-batch",
            "nunjucksFilters": "templates have {{x}}, {{x.y}} and {{x | dump}}; prepare the texts beforehand",
            "commandLineOptions": "give options on the command line or in .nllm-config.yaml",
            "sharing": "results stay in the database and the run's folder",
            "writeLatestResults": "results are always written",
            "redteam": "write the attacks as `tests`",
            "targets": "write `providers`",
            "metadata": "write `tags` for the suite, or `metadata` below `defaultTest`",
            "outputFormat": "the extension of `outputPath` decides",
            "promptfooVersion": "leave it out",
            "tracing": "leave it out",
            "defaultAssert": "write `assert` below `defaultTest`",
        ])

    static let keep = SuiteKeys(place: "`keep`", known: ["nights", "answers"])

    static let test = SuiteKeys(
        place: "a test",
        known: [
            "description", "vars", "assert", "threshold", "metadata", "options", "provider", "providers", "prompts",
            "providerOutput",
        ],
        unsupported: [
            "assertScoringFunction": "scores are weighted means; use `weight` and `threshold`",
            "transform": transform, "postprocess": transform,
            "path": "programs that make tests are not run; write their output to a file",
            "strategyId": "leave it out", "pluginId": "leave it out", "severity": "write it into `metadata`",
        ])

    static let options = SuiteKeys(
        place: "`options`", known: ["prefix", "suffix", "disableVarExpansion"],
        unsupported: [
            "transform": transform, "postprocess": transform,
            "transformVars": "prepare the variables beforehand",
            "storeOutputAs": "tests don't depend on each other; `turns` of a prompt file are sent one after the other",
            "runSerially": "set `maxConcurrency` to 1, or a limit below `limits`",
            "provider": "the suite's `judge` names the model that grades",
            "rubricPrompt": "write what is to be graded as `value` of the assertion",
            "factuality": "use `weight` and `threshold`",
            "response_format": "write it below `config` of a provider",
            "disableDefaultAsserts": "write the assertions to the tests that need them",
            "disableConversationVar": "leave it out; there is no such variable",
        ])

    static let prompt = SuiteKeys(
        place: "a prompt", known: ["raw", "label"],
        unsupported: [
            "id": "write `raw: file://…`", "config": "write it below `config` of a provider",
            "function": "prompts are texts; write the text as `raw`",
        ])

    static let provider = SuiteKeys(
        place: "a provider", known: ["id", "label", "config"],
        unsupported: [
            "prompts": "write `prompts` and `providers` in the tests", "transform": transform,
            "delay": "write `rpm` for the model below `limits`", "env": "set variables in the environment",
            "inputs": "leave it out",
        ])

    static let scenario = SuiteKeys(place: "a scenario", known: ["description", "config", "tests"])

    static let evaluateOptions = SuiteKeys(
        place: "`evaluateOptions`", known: ["repeat", "maxConcurrency", "cache", "timeoutMs"],
        unsupported: [
            "delay": "write `rpm` for the model below `limits`", "showProgressBar": "use --quiet",
            "maxEvalTimeMs": "use `timeout` of coreutils; the run can be resumed",
            "generateSuggestions": "leave it out", "interactiveProviders": "set `maxConcurrency` to 1",
            "eventSource": "leave it out",
        ])

    static let derivedMetric = SuiteKeys(place: "a derived metric", known: ["name", "value"])
    static let budget = SuiteKeys(place: "`budget`", known: ["max_cost", "max_tokens_total", "budget_window"])
    static let limit = SuiteKeys(place: "a limit", known: LimitField.allCases.map(\.rawValue))

    private static let transform =
        "assert what the answer is like, or use a `command` that looks at the part that counts"

    /// What is wrong with a key; nil if it may be there.
    func flaw(_ key: String) -> String? {
        if known.contains(key) { return nil }
        if let advice = unsupported[key] { return "`\(key)` is not supported; \(advice)" }
        return UnknownKey.message(key, in: place, known: known)
    }
}
