/// Rules about single values; each function returns nil for a rule that is none of its own.
extension SchemaEvaluator {
    mutating func check(_ keyword: SchemaKeyword, number text: String) -> Bool? {
        switch keyword {
        case .minimum(let bound, let isExclusive, let written):
            guard let number = DecimalNumber(text) else { return nil }
            return (isExclusive ? number > bound : number >= bound)
                || fail(
                    "must be \(isExclusive ? "above" : "at least") \(written), is \(JSONValue.number(text).excerpt)")
        case .maximum(let bound, let isExclusive, let written):
            guard let number = DecimalNumber(text) else { return nil }
            return (isExclusive ? number < bound : number <= bound)
                || fail("must be \(isExclusive ? "below" : "at most") \(written), is \(JSONValue.number(text).excerpt)")
        case .multipleOf(let divisor, let written):
            guard let number = DecimalNumber(text) else { return nil }
            return divisor.divides(number)
                || fail("must be a multiple of \(written), is \(JSONValue.number(text).excerpt)")
        default: return nil
        }
    }

    mutating func check(_ keyword: SchemaKeyword, string text: String) throws(Undecided) -> Bool? {
        switch keyword {
        case .minLength(let minimum):
            let length = try length(of: text)
            return length >= minimum || fail("must have at least \(minimum) \(Self.characters(minimum)), has \(length)")
        case .maxLength(let maximum):
            let length = try length(of: text)
            return length <= maximum || fail("must have at most \(maximum) \(Self.characters(maximum)), has \(length)")
        case .pattern(let pattern, let written):
            return try matches(pattern, text)
                || fail(
                    "must match the pattern \(JSONValue.string(written).excerpt), is \(JSONValue.string(text).excerpt)")
        default: return nil
        }
    }

    private static func characters(_ count: Int) -> String { count == 1 ? "character" : "characters" }

    /// In Unicode scalars.
    private mutating func length(of text: String) throws(Undecided) -> Int {
        try charge(bytes: text.utf8.count)
        return text.unicodeScalars.count
    }

    /// Rules that do not depend on the kind of value; any other rule does not concern the value, which passes.
    mutating func check(
        _ keyword: SchemaKeyword, any value: JSONValue, _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        switch keyword {
        case .types(let types): return types.includes(value) || fail("must be \(types.words), is \(value.words)")
        case .values(let values, let rule):
            return try values.contains(identity(of: value)) || fail("\(rule), is \(value.words)")
        case .reference(let schema): return try apply(schema, to: value, &marks)
        case .dynamicReference(let schema, let anchor):
            return try apply(target(of: schema, anchor: anchor), to: value, &marks)
        case .allOf(let schemas): return try checkAll(schemas, value, &marks)
        case .anyOf(let schemas): return try checkAny(schemas, value, &marks)
        case .oneOf(let schemas): return try checkOne(schemas, value, &marks)
        case .not(let schema):
            var none: SchemaMarks?
            return try !test(schema, value, &none) || fail("must not match the schema of `not`")
        case .condition(let schema, let then, let otherwise):
            guard let next = try test(schema, value, &marks) ? then : otherwise else { return true }
            return try apply(next, to: value, &marks)
        default: return true
        }
    }

    private mutating func checkAll(
        _ schemas: [Int], _ value: JSONValue, _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        var passes = true
        for schema in schemas where try !apply(schema, to: value, &marks) {
            passes = false
            if isSettled { break }
        }
        return passes
    }

    private mutating func checkAny(
        _ schemas: [Int], _ value: JSONValue, _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        var passes = false
        for schema in schemas where try test(schema, value, &marks) {
            passes = true
            // The others matter only for what they look at.
            if marks == nil { break }
        }
        if passes || isSettled { return passes }
        let reasons = try reasons(schemas, value)
        return fail("matches none of the schemas of `anyOf` (\(reasons))")
    }

    private mutating func checkOne(
        _ schemas: [Int], _ value: JSONValue, _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        var passing: Int?
        for (position, schema) in schemas.enumerated() where try test(schema, value, &marks) {
            if let passing {
                return fail("must match one schema of `oneOf`, matches those at \(passing) and \(position)")
            }
            passing = position
        }
        if passing != nil || isSettled { return passing != nil }
        let reasons = try reasons(schemas, value)
        return fail("matches none of the schemas of `oneOf` (\(reasons))")
    }

    /// Why a value matches none of some schemas: the first flaw for each of the first ones.
    private mutating func reasons(_ schemas: [Int], _ value: JSONValue) throws(Undecided) -> String {
        let shown = 3
        let before = (flaws, wanted)
        var reasons: [String] = []
        for schema in schemas.prefix(shown) {
            var none: SchemaMarks?
            (flaws, wanted) = ([], 1)
            _ = try apply(schema, to: value, &none)
            // Reasons may have reasons.
            reasons += flaws.map { $0.description.shortened(to: 120) }
        }
        (flaws, wanted) = before
        return reasons.joined(separator: "; ") + (schemas.count > shown ? "; …" : "")
    }
}
