import ArgumentParser
import NllmCore

/// How much may be sent, spent and waited for.
struct LimitOptions: ParsableArguments {
    @Option(name: .customLong("rpm"), help: ArgumentHelp(.requestsPerMinute, valueName: "n|name=n"))
    var requests: [String] = []

    @Option(name: .customLong("tpm"), help: ArgumentHelp(.tokensPerMinute, valueName: "n|name=n"))
    var tokens: [String] = []

    @Option(
        help: ArgumentHelp(
            "Concurrent cells of one model or configured group; repeatable.", valueName: "name=n", visibility: .hidden))
    var modelConcurrency: [String] = []

    @Option(help: ArgumentHelp(.maxWait, valueName: "duration"))
    var maxWait: String?

    @Option(help: ArgumentHelp(.maxCost, valueName: "dollars"))
    var maxCost: Double?

    @Option(help: ArgumentHelp(.maxTokensTotal, valueName: "n", isRare: true))
    var maxTokensTotal: Int?

    @Option(help: ArgumentHelp(.budgetWindow, valueName: "duration", isRare: true))
    var budgetWindow: String?

    func validate() throws {
        for (option, kind, texts) in given { for text in texts { _ = try Self.part(text, option, kind) } }
        try SettingOption.check(.maxWait, duration: maxWait)
        try SettingOption.check(.budgetWindow, duration: budgetWindow)
        var options = WorkOptions.Given()
        fill(&options)
        try SettingOption.check(options.numbers)
    }

    /// Sets what was given, apart from limits.
    func fill(_ options: inout WorkOptions.Given) {
        options.maxWait = maxWait.flatMap(DurationText.seconds)
        options.maxCost = maxCost
        options.maxTokensTotal = maxTokensTotal
        options.budgetWindow = budgetWindow.flatMap(DurationText.seconds)
    }

    /// Throws if there is a window, but no budget for it.
    func check(_ options: WorkOptions) throws(NllmError) {
        guard budgetWindow != nil, !options.hasBudget else { return }
        throw .usage("`--budget-window` limits nothing by itself; add --max-cost or --max-tokens-total")
    }

    private var given: [(option: String, kind: Limit.Kind, texts: [String])] {
        [
            ("--rpm", .requests, requests), ("--tpm", .tokens, tokens),
            ("--model-concurrency", .concurrency, modelConcurrency),
        ]
    }

    /// The limits that were given; the configuration knows the models of a group.
    func limits(_ configuration: Configuration) -> [Limit] {
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
        let setting = Setting.amount(of: kind)
        let digits = divider.map { text[text.index(after: $0)...] } ?? text[...]
        guard let amount = Int(digits), setting.range.contains(Double(amount)), isNamed, !name.isEmpty else {
            let form = kind == .concurrency ? "NAME=N" : "N or NAME=N"
            throw ValidationError(
                "`\(option)` is `\(text)` but must be \(form) with N from \(setting.rangeText)")
        }
        return (name, amount)
    }
}
