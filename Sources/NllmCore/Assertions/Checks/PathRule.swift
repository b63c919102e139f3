/// `json-path`: a value at a path of the answer's JSON is as it must be.
///
/// The `value` is an object with `path` and at least one comparison, `{path: $.items[*].price, ">=": 10, "<": 20}`, or a text:
/// the path, a comparison and the rest of the line as JSON or as text, `$.items[0].name equals Paris`. A path alone must
/// lead to a value. Where a path leads to several values, one of them must pass all comparisons. The answer is JSON as a
/// whole, or the first object or list in it counts.
struct PathRule: AnswerRule {
    private let path: JSONPath
    private let comparisons: [PathComparison]
    /// Whether the path must lead nowhere.
    private let wantsNothing: Bool
    private let excerpt: String

    init(_ assertion: Assertion) throws(AssertionProblem) {
        let value = assertion.value ?? .null
        excerpt = Excerpt.of(value.scalarText ?? JSONWriter.text(value))
        let (path, comparisons) = try Self.parts(value, of: assertion.type)
        do throws(PathProblem) {
            self.path = try JSONPath(path)
            self.comparisons = try (comparisons.isEmpty ? [.init("exists", .bool(true))] : comparisons)
                .map { member throws(PathProblem) in try PathComparison(member.name, member.value) }
        } catch {
            throw AssertionProblem(assertion.type, "value", error.message)
        }
        wantsNothing = self.comparisons.contains { if case .exists(false) = $0 { true } else { false } }
        if wantsNothing, self.comparisons.count > 1 {
            throw AssertionProblem(assertion.type, "value", "has `exists: false`, beside which no comparison can hold")
        }
    }

    /// The path, and the comparisons with their operands.
    private static func parts(
        _ value: JSONValue, of type: AssertionType
    ) throws(AssertionProblem) -> (String, [JSONValue.Member]) {
        switch value {
        case .object(let members):
            guard let path = value["path"]?.stringValue else {
                throw AssertionProblem(type, "value", "needs a `path`, such as `$.items[0].price`")
            }
            return (path, members.filter { $0.name != "path" })
        case .string(let text):
            let (path, comparison) = split(text)
            let words = comparison.split(separator: " ", maxSplits: 1)
            guard let name = words.first.map(String.init) else { return (path, []) }
            guard words.count == 2 || name == "exists" else {
                throw AssertionProblem(type, "value", "compares `\(name)` with nothing")
            }
            // A pattern such as `[1]` is not meant as JSON.
            let operand = words.count == 2 ? String(words[1]) : "true"
            return (path, [.init(name, name == "regex" ? .string(operand) : json(operand))])
        default:
            throw AssertionProblem(type, "value", "must be a text or an object with `path`, is \(value.kind)")
        }
    }

    private static func json(_ text: String) -> JSONValue { (try? JSONParser.parse(text)) ?? .string(text) }

    /// The path at the beginning of a text, up to a space that is not in quotes, and what follows.
    private static func split(_ text: String) -> (path: String, rest: Substring) {
        var quote: Character?
        let text = text.drop { $0 == " " }
        for (index, character) in zip(text.indices, text) {
            if quote == nil, character == " " { return (String(text[..<index]), text[index...]) }
            if quote == character {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                quote = character
            }
        }
        return (String(text), "")
    }

    func verdict(on answer: CheckedAnswer) -> Verdict {
        guard let root = json(answer.text) else {
            return .passed(false, reason: "expected JSON, found \(Excerpt.of(answer.text))")
        }
        guard let values = path.values(in: root) else {
            return .none("the path leads to over \(RangeText.grouped(JSONPath.limit)) values")
        }
        do throws(Undecided) {
            return try verdict(on: values)
        } catch {
            return .none(error.reason)
        }
    }

    private func verdict(on values: [JSONValue]) throws(Undecided) -> Verdict {
        let found =
            values.isEmpty
            ? "nothing" : values.prefix(3).map { Excerpt.of(JSONWriter.text($0)) }.joined(separator: ", ")
        if wantsNothing {
            return .passed(values.isEmpty, reason: "expected nothing at \(excerpt), found \(found)")
        }
        for value in values where try holds(for: value) {
            return .passed(true, reason: "\(excerpt) holds for \(Excerpt.of(JSONWriter.text(value)))")
        }
        return .passed(false, reason: "expected \(excerpt), found \(found) there")
    }

    private func holds(for value: JSONValue) throws(Undecided) -> Bool {
        for comparison in comparisons where try !comparison.holds(for: value) { return false }
        return true
    }

    private func json(_ text: String) -> JSONValue? {
        if let value = try? JSONParser.parse(text) { return value }
        var text = text
        return text.withUTF8 { bytes in
            for (_, range) in OutermostValues(bytes) {
                if let value = try? JSONParser.parse(bytes[range]) { return value }
            }
            return nil
        }
    }
}
