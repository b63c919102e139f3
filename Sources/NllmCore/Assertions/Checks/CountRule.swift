/// `word-count`: the number of words, which white space separates; `length`: the number of characters (Unicode scalars).
struct CountRule: AnswerRule {
    private let isOfWords: Bool
    private let wanted: CountRange

    init(_ assertion: Assertion) throws(AssertionProblem) {
        isOfWords = assertion.type == .wordCount
        wanted = try CountRange(assertion.value ?? .null, of: assertion.type)
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        let count = isOfWords ? answer.text.wordCount : answer.text.unicodeScalars.count
        let unit = isOfWords ? "words" : "characters"
        return wanted.range.contains(count)
            ? .passed(true, reason: "the answer has \(count) \(unit)")
            : .passed(false, reason: "expected \(wanted.words) \(unit), found \(count)")
    }
}

extension String {
    /// The number of words, which white space separates.
    fileprivate var wordCount: Int {
        var (count, isInWord) = (0, false)
        for scalar in unicodeScalars {
            if !scalar.isSpace, !isInWord { count += 1 }
            isInWord = !scalar.isSpace
        }
        return count
    }
}
