/// The grammar of an assertion on one line, which cells of CSV files and `--assert` have too:
/// `^(not-)?TYPE(\(N\))?(:VALUE)?$`, where N is the threshold. Any other text is what the answer must equal.
extension Assertion {
    /// Reads an assertion on one line.
    ///
    /// - Throws: what is wrong with it, and what is allowed.
    init(text: String) throws(AssertionProblem) {
        guard !text.isEmpty else {
            throw AssertionProblem("an assertion is empty; write `equals:` where the answer must be empty")
        }
        guard let line = Line(text) else {
            try Self.checkScript(text)
            self.init(type: .equals, value: .string(text))
            try validate()
            return
        }
        if let advice = UnsupportedAssertion.advice(type: line.type) {
            throw AssertionProblem(
                "assertions of type `\(line.type)` are not supported; \(advice), or `equals:` before the text that is wanted"
            )
        }
        guard let type = AssertionType(rawValue: line.type == "grade" ? "llm-rubric" : line.type) else {
            throw AssertionProblem("unknown assertion type `\(line.type)`")
        }
        self.init(type: type, isNegated: line.isNegated, threshold: line.threshold)
        if line.value == nil, type.form.needsValue {
            throw AssertionProblem(
                "`\(name)` needs a value, as in `\(text):…`; if the answer must equal this text, write `equals:\(text)`"
            )
        }
        guard type != .set else { throw AssertionProblem("an `assert-set` must be an object with `assert`") }
        switch (type.form.value, line.value) {
        case (.none, ""?), (.schema, ""?): break
        case (.texts, let text?) where type.isListOfTexts: value = .strings(try Self.texts(text))
        default: value = line.value.map { .string($0) }
        }
        try validate()
    }

    /// Refuses the files in which promptfoo has scripts.
    private static func checkScript(_ text: String) throws(AssertionProblem) {
        guard text.hasPrefix("file://") else { return }
        for suffix in [".py", ".js", ".ts", ".cjs", ".mjs", ".rb"]
        where text.hasSuffix(suffix) || text.contains(suffix + ":") {
            throw AssertionProblem(
                "scripts are not supported; \(UnsupportedAssertion.advice(type: "python") ?? "")")
        }
    }

    /// The parts of a text in the grammar.
    private struct Line {
        var isNegated: Bool
        var type: String
        var threshold: Double?
        var value: String?

        /// Nil if the text is not in the grammar, because no type is known by that name.
        init?(_ text: String) {
            isNegated = text.hasPrefix("not-")
            var rest = text.dropFirst(isNegated ? 4 : 0)
            let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            type = String(name)
            guard
                AssertionType(rawValue: type) != nil || type == "grade"
                    || UnsupportedAssertion.advice(type: type) != nil
            else { return nil }
            rest = rest[name.endIndex...]
            if rest.first == "(", let end = rest.firstIndex(of: ")") {
                guard let number = Self.number(rest[rest.index(after: rest.startIndex)..<end]) else { return nil }
                threshold = number
                rest = rest[rest.index(after: end)...]
            }
            if rest.first == ":" {
                // As in promptfoo, white space around the value is not part of it.
                value = rest.dropFirst().drop { $0.isWhitespace }.trimmingEnd
            } else if !rest.isEmpty || type == "fn" || type == "eval" {
                // These two are only prefixes of scripts in promptfoo.
                return nil
            }
        }

        /// The value of `12` or `12.5`; nil for any other text.
        private static func number(_ text: Substring) -> Double? {
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }) else {
                return nil
            }
            return Double(text)
        }
    }

    /// Texts that are separated by commas, without the space around them; one in double quotes may hold commas, and
    /// quotes written twice.
    static func texts(_ text: String) throws(AssertionProblem) -> [String] {
        var texts: [String] = []
        var rest = text[...]
        while true {
            rest = rest.drop { $0.isWhitespace }
            let isQuoted = rest.first == "\""
            let (item, end) = isQuoted ? try quoted(rest) : (rest.prefix { $0 != "," }.trimmingEnd, nil)
            texts.append(item)
            rest = (end ?? rest).drop { $0 != "," }
            if rest.isEmpty { return texts }
            rest = rest.dropFirst()
        }
    }

    /// The text between the quotes with which a text begins, and what stands behind them.
    private static func quoted(_ text: Substring) throws(AssertionProblem) -> (String, Substring?) {
        var (item, rest) = ("", text.dropFirst())
        while let end = rest.firstIndex(of: "\"") {
            item += rest[..<end]
            rest = rest[rest.index(after: end)...]
            guard rest.first == "\"" else {
                let behind = rest.prefix { $0 != "," }
                guard behind.allSatisfy(\.isWhitespace) else {
                    throw AssertionProblem("`\(behind.trimmingEnd)` stands between a closing quote and the next comma")
                }
                return (item, rest)
            }
            item += "\""
            rest = rest.dropFirst()
        }
        throw AssertionProblem("a double quote is not closed; write a list of texts to have quotes in them")
    }
}

extension Substring {
    /// The text without white space at its end.
    fileprivate var trimmingEnd: String { String(dropLast(reversed().prefix { $0.isWhitespace }.count)) }
}

extension AssertionType {
    /// Whether a text of its value is read as several, separated by commas.
    var isListOfTexts: Bool {
        switch self {
        case .containsAny, .containsAll, .icontainsAny, .icontainsAll: true
        default: false
        }
    }
}
