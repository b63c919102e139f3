/// A schema that is an object, whose keywords are read one by one.
struct SchemaObject {
    let value: JSONValue
    let place: SchemaIndex.Place
    let index: SchemaIndex

    /// A problem at a keyword.
    func problem(_ name: String, _ message: String) -> SchemaProblem {
        index.problem(message, at: place.inside(name))
    }

    /// A keyword's value; nil if the schema does not have it.
    func keyword(_ name: String) -> JSONValue? { value.member(name) }

    /// The text of a keyword and its place.
    func string(_ name: String) throws(SchemaProblem) -> (text: String, place: SchemaIndex.Place)? {
        guard let value = keyword(name) else { return nil }
        guard let text = value.stringValue else { throw problem(name, "must be a string, is \(value.kind)") }
        return (text, place.inside(name))
    }

    /// The number of a keyword, with its text.
    func number(_ name: String) throws(SchemaProblem) -> (number: DecimalNumber, text: String)? {
        guard let value = keyword(name) else { return nil }
        guard case .number(let text) = value, let number = DecimalNumber(text) else {
            throw problem(name, "must be a number, is \(value.kind)")
        }
        return (number, text)
    }

    /// The whole number, at least 0, of a keyword.
    func count(_ name: String) throws(SchemaProblem) -> Int? {
        guard let (number, text) = try number(name) else { return nil }
        guard let count = number.integer, count >= 0 else {
            throw problem(name, "must be a whole number from 0 on, is \(text)")
        }
        return count
    }

    /// The strings of a keyword or of a part of it.
    func names(_ value: JSONValue, _ path: String...) throws(SchemaProblem) -> [ExactText] {
        let place = path.reduce(place) { $0.inside($1) }
        guard case .array(let elements) = value else {
            throw index.problem("must be an array of strings, is \(value.kind)", at: place)
        }
        var names: [ExactText] = []
        for element in elements {
            guard let name = element.stringValue else {
                throw index.problem("must be an array of strings, has \(element.kind)", at: place)
            }
            names.append(ExactText(name))
        }
        return names
    }

    /// The members of a keyword that is an object; none if the schema does not have it.
    func members(_ name: String) throws(SchemaProblem) -> [JSONValue.Member] {
        guard let value = keyword(name) else { return [] }
        guard case .object(let members) = value else { throw problem(name, "must be an object, is \(value.kind)") }
        return members
    }

    /// The number of elements of a keyword that is an array; 0 for any other.
    func elementCount(_ name: String) -> Int {
        guard case .array(let elements)? = keyword(name) else { return 0 }
        return elements.count
    }

    /// The schema that a keyword, or a part of it, is; nil if there is none.
    func schema(_ path: String...) -> Int? { index.entry(at: path.reduce(place) { $0.inside($1) }) }

    /// The schemas of a keyword that is an array.
    func schemas(_ name: String) -> [Int] {
        (0..<elementCount(name)).compactMap { schema(name, String($0)) }
    }

    /// The pattern at a place.
    func pattern(_ text: String, _ path: String...) throws(SchemaProblem) -> Pattern {
        do throws(PatternProblem) {
            return try Pattern(text, syntax: .ecma)
        } catch {
            throw index.problem(error.plainText, at: path.reduce(place) { $0.inside($1) })
        }
    }
}

// MARK: - Keywords that compare

extension SchemaObject {
    /// The rules of the vocabulary "validation".
    func checks() throws(SchemaProblem) -> [SchemaKeyword] {
        try valueChecks() + numberChecks() + textChecks() + arrayChecks() + objectChecks()
    }

    private func valueChecks() throws(SchemaProblem) -> [SchemaKeyword] {
        var checks: [SchemaKeyword] = []
        if let value = keyword("type") { checks.append(.types(try types(value))) }
        if let value = keyword("const") {
            checks.append(.values([JSONIdentity(value)], text: "must be \(value.excerpt)"))
        }
        if let value = keyword("enum") {
            guard case .array(let values) = value else { throw problem("enum", "must be an array, is \(value.kind)") }
            let shown = values.prefix(10).map(\.excerpt).joined(separator: ", ") + (values.count > 10 ? ", …" : "")
            checks.append(.values(Set(values.map(JSONIdentity.init)), text: "must be one of \(shown)"))
        }
        return checks
    }

    private func types(_ value: JSONValue) throws(SchemaProblem) -> JSONTypes {
        let names = if case .array(let elements) = value { elements } else { [value] }
        if names.isEmpty { throw problem("type", "must name at least one type") }
        var types: JSONTypes = []
        for name in names {
            guard let known = JSONTypes.names.first(where: { $0.name == name.stringValue }) else {
                let hint = NearestName.hint(
                    (name.stringValue ?? "").shortened(to: 60), among: JSONTypes.names.map(\.name))
                throw problem("type", "\(name.excerpt) is not a type\(hint)")
            }
            types.insert(known.type)
        }
        return types
    }

    private func numberChecks() throws(SchemaProblem) -> [SchemaKeyword] {
        var checks: [SchemaKeyword] = []
        for (name, isExclusive) in [("minimum", false), ("exclusiveMinimum", true)] {
            guard let (number, text) = try number(name) else { continue }
            checks.append(.minimum(number, isExclusive: isExclusive, text: text))
        }
        for (name, isExclusive) in [("maximum", false), ("exclusiveMaximum", true)] {
            guard let (number, text) = try number(name) else { continue }
            checks.append(.maximum(number, isExclusive: isExclusive, text: text))
        }
        if let (number, text) = try number("multipleOf") {
            guard let divisor = DecimalDivisor(number) else {
                throw problem(
                    "multipleOf",
                    "must be above 0 with at most \(DecimalDivisor.maximumDigits) significant digits, is \(text)")
            }
            checks.append(.multipleOf(divisor, text: text))
        }
        return checks
    }

    private func textChecks() throws(SchemaProblem) -> [SchemaKeyword] {
        var checks: [SchemaKeyword] = []
        if let count = try count("minLength") { checks.append(.minLength(count)) }
        if let count = try count("maxLength") { checks.append(.maxLength(count)) }
        if let (text, _) = try string("pattern") { checks.append(.pattern(try pattern(text, "pattern"), text: text)) }
        return checks
    }

    private func arrayChecks() throws(SchemaProblem) -> [SchemaKeyword] {
        var checks: [SchemaKeyword] = []
        if let count = try count("minItems") { checks.append(.minItems(count)) }
        if let count = try count("maxItems") { checks.append(.maxItems(count)) }
        if let value = keyword("uniqueItems") {
            guard case .bool(let isUnique) = value else {
                throw problem("uniqueItems", "must be true or false, is \(value.kind)")
            }
            if isUnique { checks.append(.uniqueItems) }
        }
        return checks
    }

    private func objectChecks() throws(SchemaProblem) -> [SchemaKeyword] {
        var checks: [SchemaKeyword] = []
        if let value = keyword("required") { checks.append(.required(try names(value, "required"))) }
        if let count = try count("minProperties") { checks.append(.minProperties(count)) }
        if let count = try count("maxProperties") { checks.append(.maxProperties(count)) }
        var needs: [(name: ExactText, needed: [ExactText])] = []
        for member in try members("dependentRequired") {
            needs.append((ExactText(member.name), try names(member.value, "dependentRequired", member.name)))
        }
        for member in try members("dependencies") {
            guard case .array = member.value else { continue }
            needs.append((ExactText(member.name), try names(member.value, "dependencies", member.name)))
        }
        if !needs.isEmpty { checks.append(.dependentRequired(needs)) }
        return checks
    }
}
