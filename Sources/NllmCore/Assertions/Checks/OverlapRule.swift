/// `rouge-n` and `f1`: how much of the wanted words the answer has, of at least `threshold` (0.75).
///
/// - `rouge-n`: the recall of single words, each counted as often as it stands in both (Lin, 2004, "ROUGE: A Package for
///   Automatic Evaluation of Summaries"); a word is a run of letters and digits, any other mark is one of its own, and case
///   does not count.
/// - `f1`: 2·precision·recall / (precision + recall) of words, as SQuAD counts them: without case, punctuation and
///   articles (Rajpurkar et al., 2016). Of several wanted texts the best counts.
struct OverlapRule: AnswerRule {
    private let isF1: Bool
    private let wanted: [WordBag]
    private let threshold: Double

    init(_ assertion: Assertion) throws(AssertionProblem) {
        let isF1 = assertion.type == .f1
        self.isF1 = isF1
        wanted = (assertion.value?.scalarTexts ?? []).map { WordBag($0, isF1 ? .answers : .runs) }
        threshold = assertion.threshold ?? 0.75
        guard wanted.allSatisfy({ $0.count > 0 }) else {
            throw AssertionProblem(assertion.type, "value", "has no words")
        }
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        let found = WordBag(answer.text, isF1 ? .answers : .runs)
        let score = wanted.map { isF1 ? $0.f1(found) : $0.recall(found) }.max() ?? 0
        let passed = score + 1e-9 >= threshold
        return .scored(
            score, passed: passed,
            reason: passed
                ? "a score of \(score.hundredths)"
                : "expected a score of at least \(threshold.shortest), found \(score.hundredths)")
    }
}
