/// Rules about objects.
extension SchemaEvaluator {
    /// Checks a rule about objects; returns nil for any other.
    mutating func check(
        _ keyword: SchemaKeyword, _ members: [JSONValue.Member], _ object: JSONValue, _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool? {
        switch keyword {
        case .minProperties(let minimum):
            return members.count >= minimum
                || fail("must have at least \(Self.properties(minimum)), has \(members.count)")
        case .maxProperties(let maximum):
            return members.count <= maximum
                || fail("must have at most \(Self.properties(maximum)), has \(members.count)")
        case .required(let names): return checkRequired(names, members)
        case .dependentRequired(let rules): return checkRequired(rules, members)
        case .properties(let properties): return try checkProperties(properties, members, &marks)
        case .propertyNames(let schema): return try checkNames(schema, members)
        case .dependentSchemas(let rules): return try checkDependent(rules, members, object, &marks)
        case .unevaluatedProperties(let schema): return try checkUnevaluated(schema, members, &marks)
        default: return nil
        }
    }

    private static func properties(_ count: Int) -> String { count == 1 ? "1 property" : "\(count) properties" }

    private static func quoted(_ name: ExactText) -> String { JSONValue.string(name.text).excerpt }

    private mutating func checkRequired(_ names: [ExactText], _ members: [JSONValue.Member]) -> Bool {
        // Few names are found fastest one by one; many would take quadratic time.
        let present = names.count > 16 ? Set(members.map { ExactText($0.name) }) : nil
        var passes = true
        for name in names where !(present?.contains(name) ?? members.contains { ExactText($0.name) == name }) {
            passes = fail("must have the property \(Self.quoted(name))")
            if isSettled { break }
        }
        return passes
    }

    private mutating func checkRequired(
        _ rules: [(name: ExactText, needed: [ExactText])], _ members: [JSONValue.Member]
    ) -> Bool {
        let present = Set(members.map { ExactText($0.name) })
        for rule in rules where present.contains(rule.name) {
            guard let missing = rule.needed.first(where: { !present.contains($0) }) else { continue }
            return fail("must have the property \(Self.quoted(missing)), because it has \(Self.quoted(rule.name))")
        }
        return true
    }

    private mutating func checkProperties(
        _ properties: SchemaProperties, _ members: [JSONValue.Member], _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        var passes = true
        for (index, member) in members.enumerated() {
            var isKnown = false
            if let schema = properties.named[ExactText(member.name)] {
                isKnown = true
                passes = try apply(schema, toMember: member.name, member.value) && passes
            }
            for (pattern, schema) in properties.patterns where try matches(pattern, member.name) {
                isKnown = true
                passes = try apply(schema, toMember: member.name, member.value) && passes
            }
            if !isKnown, let schema = properties.additional {
                isKnown = true
                passes = try apply(schema, toMember: member.name, member.value) && passes
            }
            if isKnown { marks?[index] = true }
            if !passes, isSettled { break }
        }
        return passes
    }

    private mutating func checkNames(_ schema: Int, _ members: [JSONValue.Member]) throws(Undecided) -> Bool {
        var passes = true
        for member in members where try !apply(schema, toMember: member.name, .string(member.name)) {
            passes = false
            if isSettled { break }
        }
        return passes
    }

    private mutating func checkDependent(
        _ rules: [(name: ExactText, schema: Int)], _ members: [JSONValue.Member], _ object: JSONValue,
        _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        let present = Set(members.map { ExactText($0.name) })
        var passes = true
        for rule in rules where present.contains(rule.name) {
            if try apply(rule.schema, to: object, &marks) { continue }
            passes = false
            if isSettled { break }
        }
        return passes
    }

    private mutating func checkUnevaluated(
        _ schema: Int, _ members: [JSONValue.Member], _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        var passes = true
        for (index, member) in members.enumerated() where marks?[index] == false {
            marks?[index] = true
            if try apply(schema, toMember: member.name, member.value) { continue }
            passes = false
            if isSettled { break }
        }
        return passes
    }
}
