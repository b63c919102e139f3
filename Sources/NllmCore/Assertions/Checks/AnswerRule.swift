/// A rule for answers, prepared once for any number of them.
protocol AnswerRule: Sendable {
    /// What the rule says about an answer, with a reason for either outcome.
    func verdict(on answer: CheckedAnswer) -> Verdict
}
