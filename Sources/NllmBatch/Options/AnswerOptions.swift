import ArgumentParser
import NllmCore

/// Which answers are good, and which need not be asked for again.
struct AnswerOptions: ParsableArguments {
    @Option(help: ArgumentHelp(.failOn, valueName: "kinds"))
    var failOn: [String] = []

    @Option(name: .customLong("cache"), help: ArgumentHelp(.cache, valueName: "age"))
    var cache: String?

    @Option(
        help: ArgumentHelp(
            "Also reuse answers in this database: those of the age that --cache says, or of any age.", valueName: "db"))
    var cacheFrom: String?

    func validate() throws {
        if cacheFrom?.isEmpty == true { throw ValidationError("`--cache-from` is empty; name a database") }
        for text in failOn {
            if let flaw = FailOnText.flaw(text) { throw ValidationError("`--fail-on` \(flaw)") }
        }
        try SettingOption.check(.cache, duration: cache)
    }

    /// Opens the database of `--cache-from`.
    ///
    /// - Parameter database: the path of the database that takes its answers.
    /// - Returns: nil without the option.
    /// - Throws: if it is the same, or cannot be opened.
    func otherDatabase(besides database: String) throws(NllmError) -> Store? {
        guard let cacheFrom else { return nil }
        let other = try Store(path: cacheFrom)
        try other.checkDiffers(from: database)
        return other
    }

    /// The kinds that were given; nil without the option.
    var failureKinds: [FailureKind]? { failOn.isEmpty ? nil : FailOnText.kinds(in: failOn.joined(separator: ",")) }

    /// The age in seconds that was given; nil without the option.
    var age: Double? { cache.flatMap(DurationText.age) }
}
