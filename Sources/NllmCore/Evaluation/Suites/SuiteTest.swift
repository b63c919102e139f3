/// A test of a suite: variables, and what the answers have to be.
struct SuiteTest: Sendable {
    /// Where it stands.
    var place: InputPlace
    var description: String?
    var variables: [JSONValue.Member] = []
    var assertions: [SuiteAssertion] = []
    /// The least score that passes; nil if no assertion may fail.
    var threshold: Double?
    var metadata: [JSONValue.Member] = []
    /// Texts around each prompt, which may have variables.
    var prefix: String?
    var suffix: String?
    /// Whether lists in variables stay one value; they make several tests otherwise.
    var keepsLists: Bool?
    /// Labels of the models that are asked; nil for all.
    var models: [String]?
    /// Names of the prompts that are sent; nil for all.
    var prompts: [String]?
    /// An answer that is scored without asking any model.
    var answer: String?

    /// The test with all that it does not say itself, as promptfoo merges `defaultTest` into it.
    ///
    /// Variables, metadata and options are merged by their names; assertions of the defaults come first.
    func merged(over defaults: SuiteTest) -> SuiteTest {
        var merged = self
        merged.description = description ?? defaults.description
        merged.variables = Self.merged(variables, over: defaults.variables)
        merged.assertions = defaults.assertions + assertions
        merged.threshold = threshold ?? defaults.threshold
        merged.metadata = Self.merged(metadata, over: defaults.metadata)
        merged.prefix = prefix ?? defaults.prefix
        merged.suffix = suffix ?? defaults.suffix
        merged.keepsLists = keepsLists ?? defaults.keepsLists
        merged.models = models ?? defaults.models
        merged.prompts = prompts ?? defaults.prompts
        merged.answer = answer ?? defaults.answer
        return merged
    }

    private static func merged(_ own: [JSONValue.Member], over defaults: [JSONValue.Member]) -> [JSONValue.Member] {
        guard !defaults.isEmpty else { return own }
        var merged = defaults
        for member in own {
            if let index = defaults.firstIndex(where: { $0.name == member.name }) {
                merged[index] = member
            } else {
                merged.append(member)
            }
        }
        return merged
    }

    /// What answers are checked against, as JSON text: an object with `assert` and perhaps `threshold`, in the same
    /// bytes however it was written; nil if nothing is asserted.
    var grading: String? {
        guard !assertions.isEmpty else { return nil }
        var members = [JSONValue.Member("assert", .array(assertions.map(\.assertion.json)))]
        if let threshold {
            let number = Int(exactly: threshold).map { JSONValue.integer($0) } ?? .number(String(threshold))
            members.append(.init("threshold", number))
        }
        return JSONWriter.text(.object(members))
    }
}

/// An assertion of a suite, with its place.
struct SuiteAssertion: Sendable {
    var assertion: Assertion
    var place: InputPlace
}
