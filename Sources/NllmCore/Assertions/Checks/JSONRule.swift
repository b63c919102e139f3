/// `is-json` and `contains-json`: the answer is JSON (RFC 8259) as a whole, or an object or a list in it is.
///
/// With a schema as `value`, the JSON conforms to it, or one of several does.
struct JSONRule: AnswerRule {
    /// The most values of an answer that are held against a schema.
    private static let limit = 1_000

    private let searches: Bool
    private let schema: JSONSchema?

    init(_ assertion: Assertion) throws(AssertionProblem) {
        searches = assertion.type == .containsJSON
        guard let value = assertion.value else {
            schema = nil
            return
        }
        let written = try Self.schema(value, of: assertion.type)
        do throws(SchemaProblem) {
            schema = try JSONSchema(written)
        } catch {
            throw AssertionProblem(assertion.type, "value", "is not a JSON Schema that can be used: \(error.plainText)")
        }
    }

    /// The schema, which may be written as YAML.
    private static func schema(_ value: JSONValue, of type: AssertionType) throws(AssertionProblem) -> JSONValue {
        guard case .string(let text) = value else { return value }
        guard !text.hasPrefix("file://") else {
            throw AssertionProblem(type, "value", "names a file, and only a suite reads files; write the schema itself")
        }
        do throws(YAMLProblem) {
            return try YAMLNode.parse(text)?.json() ?? .null
        } catch {
            let line = error.line.map { " in line \($0)" } ?? ""
            throw AssertionProblem(type, "value", "is not a JSON Schema: \(error.message)\(line)")
        }
    }

    func verdict(on answer: CheckedAnswer) -> Verdict { searches ? part(of: answer.text) : whole(answer.text) }

    private func whole(_ text: String) -> Verdict {
        do throws(JSONError) {
            return verdict(on: try JSONParser.parse(text))
        } catch {
            return .passed(false, reason: "expected JSON, found \(Excerpt.of(text)): \(error.message)")
        }
    }

    private func part(of text: String) -> Verdict {
        var text = text
        let excerpt = Excerpt.of(text)
        return text.withUTF8 { bytes in
            var first: Verdict?
            var count = 0
            for (_, range) in OutermostValues(bytes) {
                // The search takes some things that are not JSON.
                guard let value = try? JSONParser.parse(bytes[range]) else { continue }
                let verdict = verdict(on: value)
                if verdict.passed == true { return verdict }
                if first == nil || verdict.passed == nil { first = verdict }
                count += 1
                if count == Self.limit {
                    return .none("over \(Self.limit) JSON values in the answer do not conform to the schema")
                }
            }
            return first ?? .passed(false, reason: "expected JSON in \(excerpt)")
        }
    }

    private func verdict(on value: JSONValue) -> Verdict {
        guard let schema else { return .passed(true, reason: "the answer \(searches ? "contains" : "is") JSON") }
        do throws(Undecided) {
            guard let flaw = try schema.flaws(in: value).first else {
                return .passed(true, reason: "the JSON conforms to the schema")
            }
            return .passed(false, reason: "the JSON does not conform to the schema: \(flaw.description)")
        } catch {
            return .none(error.reason)
        }
    }
}
