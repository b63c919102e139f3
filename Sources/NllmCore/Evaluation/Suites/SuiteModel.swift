/// A model of a suite.
struct SuiteModel: Sendable, Equatable {
    /// The model with its label and options, as `-m` would give it.
    var variant: ModelVariant
    /// The model as the suite writes it.
    var id: String

    /// Whether a text in a test's `providers` means it: its label, its id or its name in `llm`, or the beginning of one
    /// of these with `*` behind it.
    func answers(to text: String) -> Bool {
        [variant.label, id, variant.name].contains { Self.matches($0, text) }
    }

    static func matches(_ name: String, _ pattern: String) -> Bool {
        pattern == name || pattern.hasSuffix("*") && name.hasPrefix(pattern.dropLast())
    }
}
