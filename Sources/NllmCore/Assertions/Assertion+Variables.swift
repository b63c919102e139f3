/// Variables in the values of assertions.
extension Assertion {
    /// The names of the variables in the value, in their order; in a set, of all its members.
    var variables: [String] {
        ((try? templates()) ?? []).flatMap(\.variables) + members.flatMap(\.variables)
    }

    /// The value with the values of variables in place of `{{name}}`.
    ///
    /// - Parameter variables: an object.
    /// - Returns: the value; nil if there is none.
    /// - Throws: for a variable that is missing or is no text.
    func filledValue(with variables: JSONValue) throws(AssertionProblem) -> JSONValue? {
        guard let value, value.hasPlaces else { return value }
        return try value.mapStrings { text throws(AssertionProblem) in
            let template = try template(text)
            do throws(TemplateFlaw) {
                return try template.filled { name in variables[name] ?? variables.member(at: name[...]) }
            } catch {
                throw AssertionProblem(type, "value", "cannot be filled in: \(error.plainText)")
            }
        }
    }

    /// The templates in the value.
    func templates() throws(AssertionProblem) -> [Template] {
        guard let value, value.hasPlaces else { return [] }
        var templates: [Template] = []
        _ = try value.mapStrings { text throws(AssertionProblem) in
            templates.append(try template(text))
            return text
        }
        return templates
    }

    private func template(_ text: String) throws(AssertionProblem) -> Template {
        if text.contains("{%") {
            throw AssertionProblem(type, "value", "has `{% … %}`, which is not supported; only {{name}} is filled in")
        }
        do throws(TemplateProblem) {
            return try Template(text)
        } catch {
            throw AssertionProblem(type, "value", "has \(error.message)")
        }
    }
}

extension JSONValue {
    /// Whether a text in the value looks like a template.
    var hasPlaces: Bool {
        switch self {
        case .string(let text): text.utf8.contains(UInt8(ascii: "{")) && (text.contains("{{") || text.contains("{%"))
        case .array(let elements): elements.contains(where: \.hasPlaces)
        case .object(let members): members.contains { $0.value.hasPlaces }
        default: false
        }
    }

    /// The value with each of its texts replaced; the names of members stay.
    fileprivate func mapStrings(
        _ replacement: (String) throws(AssertionProblem) -> String
    ) throws(AssertionProblem) -> JSONValue {
        switch self {
        case .string(let text): return .string(try replacement(text))
        case .array(let elements):
            var mapped: [JSONValue] = []
            for element in elements { mapped.append(try element.mapStrings(replacement)) }
            return .array(mapped)
        case .object(let members):
            var mapped: [Member] = []
            for member in members { mapped.append(Member(member.name, try member.value.mapStrings(replacement))) }
            return .object(mapped)
        default: return self
        }
    }
}
