/// `equals`: an object or a list equals the answer read as JSON, whatever the order of members; anything else is the
/// exact text of the answer.
struct EqualityRule: AnswerRule {
    private enum Wanted {
        case text(String)
        case structure(JSONIdentity, excerpt: String)
    }

    private let wanted: Wanted

    init(_ assertion: Assertion) {
        let value = assertion.value ?? .null
        wanted =
            value.scalarText.map { .text($0) }
            ?? .structure(JSONIdentity(value), excerpt: Excerpt.of(JSONWriter.text(value)))
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        switch wanted {
        case .text(let text):
            if ExactText(text) == ExactText(answer.text) {
                return .passed(true, reason: "the answer is \(Excerpt.of(text))")
            }
            return .passed(
                false,
                reason: "expected \(Excerpt.of(text)), found \(Excerpt.of(answer.text))\(place(text, answer.text))")
        case .structure(let identity, let excerpt):
            guard let value = try? JSONParser.parse(answer.text) else {
                return .passed(false, reason: "expected \(excerpt), found no JSON but \(Excerpt.of(answer.text))")
            }
            return JSONIdentity(value) == identity
                ? .passed(true, reason: "the answer is \(excerpt)")
                : .passed(false, reason: "expected \(excerpt), found \(Excerpt.of(JSONWriter.text(value)))")
        }
    }

    /// Where two texts differ, if their beginnings do not show it.
    private func place(_ first: String, _ second: String) -> String {
        let common = zip(first.unicodeScalars, second.unicodeScalars).prefix { $0 == $1 }.count
        return common < 20 ? "" : "; they differ from character \(common + 1) on"
    }
}
