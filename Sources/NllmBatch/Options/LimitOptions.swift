import ArgumentParser
import NllmCore

/// How much may be sent, spent and waited for.
struct LimitOptions: ParsableArguments {
    @Option(
        name: .customLong("rpm"),
        help: ArgumentHelp(
            "Requests per minute, for all models together or for one model or configured group; repeatable.",
            valueName: "n|name=n"))
    var requests: [String] = []

    @Option(
        name: .customLong("tpm"),
        help: ArgumentHelp(
            "Tokens per minute, for all models together or for one model or configured group; repeatable.",
            valueName: "n|name=n"))
    var tokens: [String] = []

    @Option(
        help: ArgumentHelp("Concurrent cells of one model or configured group; repeatable.", valueName: "name=n"))
    var modelConcurrency: [String] = []

    @Option(
        help: ArgumentHelp(
            "Longest Retry-After to honor, and longest time to let a provider refuse every request; beyond it, skip the "
                + "model's remaining cells (default: 5m).", valueName: "duration"))
    var maxWait: String?

    @Option(help: ArgumentHelp("Most US dollars to spend (default: no limit).", valueName: "dollars"))
    var maxCost: Double?

    @Option(
        help: ArgumentHelp("Most tokens of prompts and answers to spend (default: no limit).", valueName: "n"))
    var maxTokensTotal: Int?

    @Option(
        help: ArgumentHelp(
            "Apply the budget to a rolling window over the whole database, e.g. 24h (default: to the runs themselves).",
            valueName: "duration"))
    var budgetWindow: String?

    func validate() throws {
        for (option, kind, texts) in given { for text in texts { _ = try Self.part(text, option, kind) } }
        try LimitChecks.duration("--max-wait", maxWait, SettingLimits.maxWait)
        try LimitChecks.duration("--budget-window", budgetWindow, SettingLimits.budgetWindow)
        if let maxCost, !SettingLimits.maxCost.contains(maxCost) {
            throw ValidationError(
                "`--max-cost` is \(maxCost) but must be \(SettingLimits.words(SettingLimits.maxCost)) US dollars")
        }
        if let maxTokensTotal, !SettingLimits.maxTokensTotal.contains(maxTokensTotal) {
            throw ValidationError(
                "`--max-tokens-total` is \(maxTokensTotal) but must be "
                    + SettingLimits.words(SettingLimits.maxTokensTotal))
        }
    }

    /// Puts these over what is configured.
    ///
    /// - Throws: for a time whose spending counts, but for nothing.
    func apply(to options: inout WorkOptions, _ configuration: Configuration) throws(NllmError) {
        options.limits = configuration.limits(given: limits(configuration))
        options.maxWait = maxWait.flatMap(DurationText.seconds) ?? configuration.maxWait
        options.maxCost = maxCost ?? configuration.maxCost
        options.maxTokensTotal = maxTokensTotal ?? configuration.maxTokensTotal
        options.budgetWindow = budgetWindow.flatMap(DurationText.seconds) ?? configuration.budgetWindow
        if budgetWindow != nil, options.maxCost == nil, options.maxTokensTotal == nil {
            throw .usage("`--budget-window` limits nothing by itself; add --max-cost or --max-tokens-total")
        }
    }

    private var given: [(option: String, kind: Limit.Kind, texts: [String])] {
        [
            ("--rpm", .requests, requests), ("--tpm", .tokens, tokens),
            ("--model-concurrency", .concurrency, modelConcurrency),
        ]
    }

    private func limits(_ configuration: Configuration) -> [Limit] {
        given.flatMap { option, kind, texts in
            texts.compactMap { text in
                guard let (name, amount) = try? Self.part(text, option, kind) else { return nil }
                return Limit(
                    name: name, kind: kind, amount: Double(amount), models: configuration.models(ofLimit: name))
            }
        }
    }

    /// The name and the amount in `N` or `NAME=N`; a name may hold `=`, too.
    private static func part(
        _ text: String, _ option: String, _ kind: Limit.Kind
    ) throws(ValidationError) -> (name: String, amount: Int) {
        let divider = text.lastIndex(of: "=")
        let name = divider.map { String(text[..<$0]) } ?? Limit.ofAllModels
        let isNamed = divider != nil || kind != .concurrency
        let allowed = SettingLimits.amounts(kind)
        let digits = divider.map { text[text.index(after: $0)...] } ?? text[...]
        guard let amount = Int(digits), allowed.contains(amount), isNamed, !name.isEmpty else {
            let form = kind == .concurrency ? "NAME=N" : "N or NAME=N"
            throw ValidationError(
                "`\(option)` is `\(text)` but must be \(form) with N from \(SettingLimits.words(allowed))")
        }
        return (name, amount)
    }
}
