/// `choice`: the options that the model picked are exactly the wanted one, or the wanted ones (`A,C`, or a list).
///
/// The pick is, the first that can be read: letters behind the last `ANSWER:` (Inspect's `choice`); the letter behind the
/// last "answer is" (MMLU-Pro's extraction); the letter that is the whole answer or begins it as `B)`, `B.` or `B:`;
/// the last capital letter in parentheses (lm-evaluation-harness).
struct ChoiceRule: AnswerRule {
    private let wanted: Set<Unicode.Scalar>

    init(_ assertion: Assertion) throws(AssertionProblem) {
        let parts = (assertion.value?.scalarTexts ?? []).joined(separator: ",").unicodeScalars.split {
            ", ;()".unicodeScalars.contains($0)
        }
        guard !parts.isEmpty, parts.allSatisfy({ $0.count == 1 && $0.first?.isASCIILetter == true }) else {
            throw AssertionProblem(
                assertion.type, "value",
                "must be the letter of an option, or several as in `A,C`, is "
                    + (assertion.value?.excerptText ?? ""))
        }
        wanted = Set(parts.compactMap { $0.first?.asciiCapital })
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        guard let found = Self.pick(answer.text) else {
            return .passed(
                false, reason: "expected option \(Self.list(wanted)), found none in \(Excerpt.end(of: answer.text))")
        }
        return found == wanted
            ? .passed(true, reason: "the option is \(Self.list(found))")
            : .passed(false, reason: "expected option \(Self.list(wanted)), found \(Self.list(found))")
    }

    private static func list(_ letters: Set<Unicode.Scalar>) -> String {
        letters.sorted().map(String.init).joined(separator: ", ")
    }

    private static func pick(_ text: String) -> Set<Unicode.Scalar>? {
        if let letters = AnswerLine.tails(in: text).reversed().lazy.compactMap({ letters($0.unicodeScalars) }).first {
            return letters
        }
        let scalars = text[...].unicodeScalars
        return letterBehindPhrase(text) ?? leadingLetter(scalars) ?? lastInParentheses(scalars)
    }

    /// The letters with which a text begins: `B`, `(B)`, `A, C`, `A and C`; nil if it begins with anything else.
    private static func letters(_ text: Substring.UnicodeScalarView) -> Set<Unicode.Scalar>? {
        var found: Set<Unicode.Scalar> = []
        var rest = text
        while true {
            rest = rest.drop { " \t,;&()*[]".unicodeScalars.contains($0) }
            let word = rest.prefix { $0.isWordPart }
            if !found.isEmpty, word.elementsEqual("and".unicodeScalars) {
                rest = rest[word.endIndex...]
                continue
            }
            guard word.count == 1, let letter = word.first, letter.isASCIILetter else { break }
            rest = rest[word.endIndex...]
            if isArticle(letter, before: rest) { break }
            found.insert(letter.asciiCapital)
            // Behind `B)`, `B.` or `B:` comes the option's text, but behind `(B),` another option may come.
            let isClosed = rest.drop { ")].".unicodeScalars.contains($0) }.first.map {
                ",;&".unicodeScalars.contains($0)
            }
            guard let next = rest.first, " \t".unicodeScalars.contains(next) || isClosed == true else { break }
        }
        return found.isEmpty ? nil : found
    }

    /// Words that may follow an option.
    private static let joints: Set<String> = [
        "and", "or", "is", "because", "since", "as", "for", "with", "which", "from", "by",
    ]

    /// Whether a letter is a word of its own: an "A dog" or an "I think".
    private static func isArticle(_ letter: Unicode.Scalar, before rest: Substring.UnicodeScalarView) -> Bool {
        guard "AaIi".unicodeScalars.contains(letter), rest.first == " " else { return false }
        let next = String(rest.dropFirst().prefix { $0.isWordPart })
        return next.first?.isLowercase == true && !Self.joints.contains(next)
    }

    /// The capital letter, in parentheses or not, behind the last "answer is".
    private static func letterBehindPhrase(_ text: String) -> Set<Unicode.Scalar>? {
        AnswerLine.tails(in: text, mark: "is").reversed().lazy.compactMap { tail in
            let rest = tail.unicodeScalars.drop { " :*\t([\"'`".unicodeScalars.contains($0) }
            return rest.first?.isASCIICapital == true ? letters(rest) : nil
        }.first
    }

    /// The letter that is the whole text, or that begins it with a mark behind it.
    private static func leadingLetter(_ text: Substring.UnicodeScalarView) -> Set<Unicode.Scalar>? {
        let rest = text.drop { $0.isSpace || "*([\"'`".unicodeScalars.contains($0) }
        guard let letter = rest.first, letter.isASCIILetter else { return nil }
        let behind = rest.dropFirst()
        let isAlone = behind.allSatisfy { $0.isSpace || $0.isASCIIPunctuation }
        let isMarked = letter.isASCIICapital && behind.first.map { ").:*]".unicodeScalars.contains($0) } == true
        // "A.I." or "A:b" are no options.
        let isOption = isMarked && behind.dropFirst().first?.isWordPart != true
        return isAlone || isOption ? [letter.asciiCapital] : nil
    }

    private static func lastInParentheses(_ text: Substring.UnicodeScalarView) -> Set<Unicode.Scalar>? {
        var (before, last): (Unicode.Scalar?, Unicode.Scalar?) = (nil, nil)
        var found: Unicode.Scalar?
        for scalar in text {
            if scalar == ")", before == "(", let last, last.isASCIICapital { found = last }
            (before, last) = (last, scalar)
        }
        return found.map { [$0] }
    }
}

extension Unicode.Scalar {
    fileprivate var isASCIILetter: Bool { isASCII && properties.isAlphabetic }
    fileprivate var isASCIICapital: Bool { ("A"..."Z").contains(self) }
    fileprivate var asciiCapital: Unicode.Scalar {
        ("a"..."z").contains(self) ? Unicode.Scalar(UInt8(value) - 32) : self
    }
}
