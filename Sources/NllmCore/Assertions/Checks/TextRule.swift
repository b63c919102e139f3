/// `contains` and its relatives, and `starts-with`: texts in the answer, by their exact characters.
///
/// With `icontains…` case does not count: both are compared in lower case.
struct TextRule: AnswerRule {
    private struct Text {
        let text: String
        let search: TextSearch
    }

    private let type: AssertionType
    private let texts: [Text]
    private let ignoresCase: Bool

    init(_ assertion: Assertion) {
        type = assertion.type
        let ignoresCase = [.icontains, .icontainsAny, .icontainsAll].contains(type)
        self.ignoresCase = ignoresCase
        texts = (assertion.value?.scalarTexts ?? []).map {
            Text(text: $0, search: TextSearch(ignoresCase ? $0.lowercased() : $0))
        }
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        if type == .startsWith { return startsWith(answer.text) }
        let text = ignoresCase ? answer.text.lowercased() : answer.text
        switch type {
        case .containsAny, .icontainsAny:
            guard let found = texts.first(where: { $0.search.isFound(in: text) }) else {
                return .passed(false, reason: "expected one of \(list), found \(Excerpt.of(answer.text))")
            }
            return .passed(true, reason: "the answer contains \(Excerpt.of(found.text))")
        default:
            guard let missing = texts.first(where: { !$0.search.isFound(in: text) }) else {
                return .passed(true, reason: "the answer contains \(list)")
            }
            return .passed(false, reason: "expected \(Excerpt.of(missing.text)) in \(Excerpt.of(answer.text))")
        }
    }

    private func startsWith(_ answer: String) -> Verdict {
        let text = texts.first?.text ?? ""
        return answer.utf8.starts(with: text.utf8)
            ? .passed(true, reason: "the answer starts with \(Excerpt.of(text))")
            : .passed(false, reason: "expected it to start with \(Excerpt.of(text)), found \(Excerpt.of(answer))")
    }

    private var list: String {
        let shown = texts.prefix(3).map { Excerpt.of($0.text) }.joined(separator: ", ")
        return texts.count > 3 ? "\(shown) and \(texts.count - 3) more" : shown
    }
}
