import ArgumentParser
import NllmCore

/// Which answers are good, and which need not be asked for again.
struct AnswerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Treat these outcomes as failures, any of \(FailOnText.kinds.map(\.rawValue).joined(separator: ", ")), separated "
                + "by commas; repeatable; an empty value for none (default: none).", valueName: "kinds"))
    var failOn: [String] = []

    @Option(
        name: .customLong("cache"),
        help: ArgumentHelp(
            "Reuse answers already in this database: any, or those no older than an age such as 24h or 7d; 0 for none "
                + "(default: none).", valueName: "age"))
    var cache: String?

    func validate() throws {
        for text in failOn {
            if let flaw = FailOnText.flaw(text) { throw ValidationError("`--fail-on` \(flaw)") }
        }
        guard let cache else { return }
        guard let age = DurationText.age(cache) else {
            throw ValidationError("`--cache` is `\(cache)` but must be \(DurationText.form), or any")
        }
        guard SettingLimits.cache.contains(age) else {
            throw ValidationError("`--cache` is `\(cache)` but must be \(DurationText.words(SettingLimits.cache))")
        }
    }

    /// The kinds that were given; nil without the option.
    var failureKinds: [FailureKind]? { failOn.isEmpty ? nil : FailOnText.kinds(in: failOn.joined(separator: ",")) }

    /// The age in seconds that was given; nil without the option.
    var age: Double? { cache.flatMap(DurationText.age) }
}
