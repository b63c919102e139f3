/// `match`: the wanted text, or one of several, stands at a `location` of the answer.
///
/// It is Inspect's scorer of that name. The location is `end` (unless given), `begin`, `any`, or `exact`, which is the whole
/// answer. White space and punctuation at both ends do not count, nor does case unless `ignore_case` is false.
///
/// With `numeric`, where the wanted text is a number, it is compared with the last number of the answer, the first one, any,
/// or the answer itself, within `tolerance` (0). Behind `####`, as GSM8K has it, the last number stands at the end.
struct MatchRule: AnswerRule {
    private enum Target {
        case text(String, TextSearch)
        case number(Numeral)
    }

    private let targets: [Target]
    private let location: String
    private let ignoresCase: Bool
    private let tolerance: Double
    private let excerpt: String

    init(_ assertion: Assertion) throws(AssertionProblem) {
        let texts = assertion.value?.scalarTexts ?? []
        excerpt = texts.prefix(3).map(Excerpt.of).joined(separator: " or ")
        location = assertion.property("location")?.stringValue ?? "end"
        let ignoresCase = assertion.property("ignore_case") != .bool(false)
        self.ignoresCase = ignoresCase
        tolerance = assertion.property("tolerance")?.doubleValue ?? 0
        let isNumeric = assertion.property("numeric") == .bool(true)
        targets = texts.map { text in
            if isNumeric, let number = Numeral(alone: Numeral.plain(text)) { return .number(number) }
            let plain = Self.plain(text, ignoresCase: ignoresCase)
            return .text(plain, TextSearch(plain))
        }
        for target in targets {
            guard case .text("", _) = target else { continue }
            throw AssertionProblem(
                assertion.type, "value", "has nothing but punctuation, which does not count; use `contains`")
        }
        if !isNumeric { return }
        guard targets.contains(where: { if case .number = $0 { true } else { false } }) || tolerance == 0 else {
            throw AssertionProblem(assertion.type, "tolerance", "needs a number as `value`, is \(excerpt)")
        }
    }

    /// A text without white space and punctuation at its ends, and in lower case if case does not count.
    private static func plain(_ text: String, ignoresCase: Bool) -> String {
        let inner = String(text[...].unicodeScalars.trimming { $0.isSpace || $0.isASCIIPunctuation })
        return ignoresCase ? inner.lowercased() : inner
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        let text = Self.plain(answer.text, ignoresCase: ignoresCase)
        var numbers: [Numeral]?
        for target in targets {
            switch target {
            case .text(let wanted, let search):
                if holds(text, wanted, search) {
                    return .passed(true, reason: "the answer has \(excerpt)\(placeWords)")
                }
            case .number(let wanted):
                let found = numbers ?? self.numbers(in: answer.text)
                numbers = found
                if found.contains(where: { $0.isNear(wanted, tolerance: tolerance) }) {
                    return .passed(true, reason: "the answer has \(excerpt)\(placeWords)")
                }
            }
        }
        let found = numbers.flatMap(\.first).map { "the number \($0.text)" } ?? self.found(answer.text)
        return .passed(false, reason: "expected \(excerpt)\(placeWords), found \(found)")
    }

    private var placeWords: String {
        switch location {
        case "begin": " at the beginning"
        case "end": " at the end"
        case "any": " anywhere"
        default: " as the whole"
        }
    }

    private func found(_ text: String) -> String { location == "end" ? Excerpt.end(of: text) : Excerpt.of(text) }

    private func holds(_ text: String, _ wanted: String, _ search: TextSearch) -> Bool {
        switch location {
        case "begin": text.utf8.starts(with: wanted.utf8)
        case "end":
            text.utf8.count >= wanted.utf8.count && text.utf8.suffix(wanted.utf8.count).elementsEqual(wanted.utf8)
        case "any": search.isFound(in: text)
        default: ExactText(text) == ExactText(wanted)
        }
    }

    /// The numbers of a text that count at the location.
    private func numbers(in text: String) -> [Numeral] {
        let plain = Numeral.plain(text)
        if location == "exact" { return Numeral(alone: plain).map { [$0] } ?? [] }
        let words = plain.split(whereSeparator: \.isSpace)
        switch location {
        case "any": return words.compactMap(Numeral.init(word:))
        case "begin": return words.lazy.compactMap(Numeral.init(word:)).first.map { [$0] } ?? []
        default:
            if let mark = words.lastIndex(where: { $0.starts(with: "####".utf8) }) {
                let marked = words[mark...].prefix(2).lazy.compactMap(Numeral.init(word:)).first
                if let marked { return [marked] }
            }
            return words.reversed().lazy.compactMap(Numeral.init(word:)).first.map { [$0] } ?? []
        }
    }
}
