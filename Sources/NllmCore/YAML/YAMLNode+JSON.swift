extension YAMLNode {
    /// The value as JSON: a plain scalar that is a literal or a number of JSON is that, one without text is null, and any other
    /// scalar is text.
    ///
    /// - Throws: for a key that is not a text.
    func json() throws(YAMLProblem) -> JSONValue {
        switch content {
        case .scalar(let scalar):
            guard scalar.isPlain else { return .string(scalar.text) }
            if ["", "~"].contains(scalar.text) { return .null }
            return (try? JSONParser.parse(scalar.text)) ?? .string(scalar.text)
        case .sequence(let elements):
            return .array(try elements.map { element throws(YAMLProblem) in try element.json() })
        case .mapping(let pairs):
            return .object(
                try pairs.map { pair throws(YAMLProblem) in
                    guard let name = pair.key else { throw YAMLProblem(kind: .keyIsNotText, line: pair.line) }
                    return JSONValue.Member(name, try pair.value.json())
                })
        }
    }
}
