/// `answer`: the wanted text, or one of several, stands behind the last `ANSWER:`.
///
/// It is Inspect's scorer of that name: case does not count, and `pattern` says what is read there, a `letter`, a `word`, or
/// the `line`. Unless given, the pattern is what the wanted texts are.
struct AnswerLineRule: AnswerRule {
    private let wanted: [String]
    private let pattern: String
    private let excerpt: String

    init(_ assertion: Assertion) {
        let texts = assertion.value?.scalarTexts ?? []
        wanted = texts.map { Self.trimmed($0[...]).lowercased() }
        excerpt = texts.prefix(3).map(Excerpt.of).joined(separator: " or ")
        let isOfLetters = texts.allSatisfy {
            $0.utf8.count == 1 && $0.utf8.allSatisfy { $0.isAlphanumeric && !$0.isDigit }
        }
        let isOfWords = texts.allSatisfy { $0.unicodeScalars.allSatisfy(\.isWordPart) }
        pattern = assertion.property("pattern")?.stringValue ?? (isOfLetters ? "letter" : isOfWords ? "word" : "line")
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        guard let found = AnswerLine.tails(in: answer.text).reversed().lazy.compactMap({ read($0) }).first else {
            return .passed(
                false,
                reason: "expected \(excerpt) behind `ANSWER:`, found no \(pattern) in \(Excerpt.end(of: answer.text))")
        }
        let text = ExactText(found.lowercased())
        return wanted.contains { ExactText($0) == text }
            ? .passed(true, reason: "the answer is \(Excerpt.of(found))")
            : .passed(false, reason: "expected \(excerpt), found \(Excerpt.of(found))")
    }

    /// What stands at the beginning of a text; nil if it is not what the pattern wants.
    private func read(_ text: Substring) -> String? {
        let scalars = text.unicodeScalars
        switch pattern {
        case "letter":
            guard let letter = scalars.first, letter.isASCII, letter.properties.isAlphabetic,
                scalars.dropFirst().first?.isWordPart != true
            else { return nil }
            return String(letter)
        case "word":
            let word = scalars.prefix { $0.isWordPart }
            return word.isEmpty ? nil : String(word)
        default:
            let line = Self.trimmed(Substring(scalars.prefix { !Character($0).isNewline }))
            return line.isEmpty ? nil : line
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.unicodeScalars.trimming { $0.isSpace || $0 == "*" })
    }
}
