/// Keywords that apply other schemas.
extension SchemaObject {
    /// The rules about items and members.
    ///
    /// - Parameter hasItemArrays: whether `items` may be an array, whose rest is `additionalItems`.
    /// - Returns: the rules, in the order of the checks.
    /// - Throws: what is wrong, and where.
    func parts(hasItemArrays: Bool) throws(SchemaProblem) -> [SchemaKeyword] {
        var keywords: [SchemaKeyword] = []
        var first = schemas("prefixItems")
        var others = schema("items")
        if hasItemArrays, case .array? = keyword("items") {
            first = schemas("items")
            others = schema("additionalItems")
        }
        if !first.isEmpty || others != nil { keywords.append(.items(first: first, others: others)) }
        let (minimum, maximum) = (try count("minContains"), try count("maxContains"))
        if let schema = schema("contains") {
            keywords.append(.contains(schema, minimum: minimum ?? 1, maximum: maximum))
        }
        let properties = try properties()
        if !properties.named.isEmpty || !properties.patterns.isEmpty || properties.additional != nil {
            keywords.append(.properties(properties))
        }
        if let schema = schema("propertyNames") { keywords.append(.propertyNames(schema)) }
        return keywords
    }

    private func properties() throws(SchemaProblem) -> SchemaProperties {
        var properties = SchemaProperties(additional: schema("additionalProperties"))
        for member in try members("properties") {
            properties.named[ExactText(member.name)] = schema("properties", member.name)
        }
        for member in try members("patternProperties") {
            guard let schema = self.schema("patternProperties", member.name) else { continue }
            properties.patterns.append((try pattern(member.name, "patternProperties", member.name), schema))
        }
        return properties
    }

    /// The rules that apply other schemas to the same value.
    ///
    /// - Throws: what is wrong, and where.
    func combinations() throws(SchemaProblem) -> [SchemaKeyword] {
        var keywords: [SchemaKeyword] = []
        if keyword("allOf") != nil { keywords.append(.allOf(schemas("allOf"))) }
        if keyword("anyOf") != nil { keywords.append(.anyOf(schemas("anyOf"))) }
        if keyword("oneOf") != nil { keywords.append(.oneOf(schemas("oneOf"))) }
        if let schema = schema("not") { keywords.append(.not(schema)) }
        if let schema = schema("if") {
            keywords.append(.condition(schema, then: self.schema("then"), otherwise: self.schema("else")))
        }
        var dependent: [(name: ExactText, schema: Int)] = []
        for keyword in ["dependentSchemas", "dependencies"] {
            for member in try members(keyword) {
                guard let schema = self.schema(keyword, member.name) else { continue }
                dependent.append((ExactText(member.name), schema))
            }
        }
        if !dependent.isEmpty { keywords.append(.dependentSchemas(dependent)) }
        return keywords
    }

    /// The rules about what no other keyword has looked at.
    func unevaluated() -> [SchemaKeyword] {
        [
            schema("unevaluatedItems").map { .unevaluatedItems($0) },
            schema("unevaluatedProperties").map { .unevaluatedProperties($0) },
        ].compactMap(\.self)
    }
}
