/// A setting: where it is set, what it may be, what holds if it is not set, and the texts that explain it.
///
/// Configuration files with their checks and their example, the options of the command line with their help, and the
/// checks of the library follow from it.
public struct Setting: Sendable {
    /// Its place in a configuration file, such as `batch.max_wait`.
    public let place: String
    /// What it may be.
    let form: SettingForm
    /// The value if it is not set; null for none.
    public let builtIn: JSONValue
    /// A value as it might appear in a file.
    let example: String
    /// What it does, for the example of a configuration file.
    let explanation: String
    /// Whether null is a value of its own, the same as 0, rather than the absence of one.
    let meansNull: Bool
    private let option: (help: String, byDefault: String?)

    /// - Parameters:
    ///   - place: the section and the name in it.
    ///   - form: what it may be.
    ///   - builtIn: the value if it is not set.
    ///   - example: a value as it might appear in a file.
    ///   - explanation: a sentence for the example of a configuration file.
    ///   - help: what the option does, without its default and the period; empty if there is no option.
    ///   - byDefault: the default in the option's help; if nil, the built-in value.
    ///   - meansNull: whether null is a value of its own, the same as 0.
    init(
        _ place: String, _ form: SettingForm, builtIn: JSONValue = .null, example: String, explanation: String,
        help: String = "", byDefault: String? = nil, meansNull: Bool = false
    ) {
        self.place = place
        self.form = form
        self.builtIn = builtIn
        self.example = example
        self.explanation = explanation
        self.meansNull = meansNull
        option = (help, byDefault)
    }

    /// The section that contains it.
    var section: String { String(place.prefix { $0 != "." }) }
    /// Its name in the section.
    var name: String { String(place.drop { $0 != "." }.dropFirst()) }
    private var words: [Substring] { name.split(separator: "_") }
    /// The name of its option, with dashes.
    package var optionName: String { "--" + words.joined(separator: "-") }
    /// The name of its property in ``NllmOptions``.
    var propertyName: String {
        words.dropFirst().reduce(String(words[0])) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
    }

    /// The help of its option, with the default.
    package var help: String {
        option.help + ((option.byDefault ?? form.defaultText(builtIn)).map { " (default: \($0))" } ?? "") + "."
    }

    /// The numbers that are allowed, in seconds for a duration; all if it is not a number.
    package var range: ClosedRange<Double> { form.range ?? -.infinity ... .infinity }
    /// The numbers that are allowed, in words.
    package var rangeText: String { form.rangeText ?? "" }

    /// What is wrong with a duration, or an age, that its option was given; nil if it is allowed.
    package func optionProblem(_ text: String) -> String? {
        let takesAny = if case .age = form { true } else { false }
        return DurationText.flaw(text, range, takesAny: takesAny).map { "`\(optionName)` \($0)" }
    }

    /// The setting whose range holds for limits of a kind.
    package static func amount(of kind: Limit.Kind) -> Setting {
        switch kind {
        case .concurrency: .concurrency
        case .requests: .requestsPerMinute
        case .tokens: .tokensPerMinute
        }
    }
}

extension Setting: Hashable {
    /// Each setting has its own place.
    public static func == (one: Setting, other: Setting) -> Bool { one.place == other.place }

    /// Hashes the place.
    public func hash(into hasher: inout Hasher) { hasher.combine(place) }
}
