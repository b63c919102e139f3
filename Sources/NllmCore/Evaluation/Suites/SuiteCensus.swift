/// What the prompts of a suite have in common.
struct SuiteCensus: Sendable, Equatable {
    var prompts = 0
    /// The names of metrics that assertions have.
    var metrics: Set<String> = []
    var hasAssertions = false
    /// Whether a model decides about answers.
    var usesJudge = false
    /// Whether a model or a program decides about answers, which takes an evaluation.
    var asksOthers = false
    /// The keys of metadata.
    var metadata: Set<String> = []

    mutating func add(_ test: SuiteTest) {
        for assertion in test.assertions.map(\.assertion) { add(assertion) }
        for member in test.metadata where metadata.count < 1000 { metadata.insert(member.name) }
    }

    mutating func add(_ assertion: Assertion) {
        hasAssertions = true
        if let metric = assertion.metric { metrics.insert(metric) }
        usesJudge = usesJudge || assertion.type.isJudged
        asksOthers = asksOthers || assertion.type != .set && !assertion.type.isDecidedHere
        for member in assertion.members { add(member) }
    }
}
