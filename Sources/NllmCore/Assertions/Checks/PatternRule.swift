/// `regex`: a regular expression that matches anywhere in the answer.
struct PatternRule: AnswerRule {
    private let pattern: Pattern
    private let excerpt: String

    init(_ assertion: Assertion) throws(AssertionProblem) {
        let text = assertion.value?.scalarText ?? ""
        excerpt = Excerpt.of(text)
        do throws(PatternProblem) {
            pattern = try Pattern(text)
        } catch {
            throw AssertionProblem(assertion.type, "value", "is a \(error.plainText)")
        }
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        do throws(Undecided) {
            return try pattern.matches(answer.text)
                ? .passed(true, reason: "the answer matches \(excerpt)")
                : .passed(false, reason: "expected a match of \(excerpt) in \(Excerpt.of(answer.text))")
        } catch {
            return .none(error.reason)
        }
    }
}
