/// An assertion with its pattern, schema or path compiled, for any number of answers.
struct AssertionCheck: Sendable {
    /// The assertion as it was written.
    let assertion: Assertion
    /// Nil if the value has variables, which each answer fills in.
    private let rule: (any AnswerRule)?

    /// - Parameter assertion: one whose type is decided here (``AssertionType/isDecidedHere``).
    /// - Throws: what is wrong with its value.
    init(_ assertion: Assertion) throws(AssertionProblem) {
        self.assertion = assertion
        rule = assertion.value?.hasPlaces == true ? nil : try Self.rule(of: assertion)
    }

    /// Prepares an assertion for answers that all have the same variables.
    ///
    /// - Parameters:
    ///   - assertion: one whose type is decided here.
    ///   - variables: an object.
    /// - Throws: for a variable that is missing or is no text, and for what is wrong with the filled-in value.
    init(_ assertion: Assertion, variables: JSONValue) throws(AssertionProblem) {
        self.assertion = assertion
        rule = try Self.rule(of: assertion, variables)
    }

    private static func rule(
        of assertion: Assertion, _ variables: JSONValue
    ) throws(AssertionProblem) -> any AnswerRule {
        var filled = assertion
        filled.value = try assertion.filledValue(with: variables)
        try filled.checkValue()
        return try rule(of: filled)
    }

    private static func rule(of assertion: Assertion) throws(AssertionProblem) -> any AnswerRule {
        guard let rule = try assertion.rule() else {
            throw AssertionProblem("`\(assertion.name)` is not decided by the answer alone")
        }
        return rule
    }

    /// What the assertion says about an answer; no verdict if its variables cannot be filled in.
    func verdict(on answer: CheckedAnswer) -> Verdict {
        guard let rule else {
            do throws(AssertionProblem) {
                return outcome(try Self.rule(of: assertion, answer.variables), answer)
            } catch {
                return .none(error.message)
            }
        }
        return outcome(rule, answer)
    }

    private func outcome(_ rule: any AnswerRule, _ answer: CheckedAnswer) -> Verdict {
        let verdict = rule.verdict(on: answer)
        if assertion.isNegated {
            return verdict.negated(reason: verdict.passed == true ? "not wanted: \(verdict.reason)" : "")
        }
        return verdict.score == 1 ? .passed(true) : verdict
    }
}

extension AssertionType {
    /// Whether the answer itself decides, without a model, a command or other assertions.
    var isDecidedHere: Bool {
        switch self {
        case .llmRubric, .factuality, .modelGradedClosedQA, .similar, .command, .set: false
        default: true
        }
    }
}

extension Assertion {
    /// The prepared rule of an assertion without variables; nil if the type is not decided here.
    func rule() throws(AssertionProblem) -> (any AnswerRule)? {
        switch type {
        case .equals: EqualityRule(self)
        case .contains, .icontains, .containsAny, .containsAll, .icontainsAny, .icontainsAll, .startsWith:
            TextRule(self)
        case .regex: try PatternRule(self)
        case .isJSON, .containsJSON: try JSONRule(self)
        case .jsonPath: try PathRule(self)
        case .wordCount, .length: try CountRule(self)
        case .levenshtein: DistanceRule(self)
        case .rougeN, .f1: try OverlapRule(self)
        case .latency, .cost: LimitRule(self)
        case .finishReason: FinishReasonRule(self)
        case .match: try MatchRule(self)
        case .answer: AnswerLineRule(self)
        case .choice: try ChoiceRule(self)
        case .llmRubric, .factuality, .modelGradedClosedQA, .similar, .command, .set: nil
        }
    }
}
