/// Rules about arrays.
extension SchemaEvaluator {
    /// Checks a rule about arrays; returns nil for any other.
    mutating func check(
        _ keyword: SchemaKeyword, _ items: [JSONValue], _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool? {
        switch keyword {
        case .minItems(let minimum):
            return items.count >= minimum || fail("must have at least \(Self.items(minimum)), has \(items.count)")
        case .maxItems(let maximum):
            return items.count <= maximum || fail("must have at most \(Self.items(maximum)), has \(items.count)")
        case .uniqueItems: return try checkUnique(items)
        case .items(let first, let others): return try checkItems(items, first, others, &marks)
        case .contains(let schema, let minimum, let maximum):
            return try checkContains(schema, minimum, maximum, items, &marks)
        case .unevaluatedItems(let schema): return try checkUnevaluated(schema, items, &marks)
        default: return nil
        }
    }

    private static func items(_ count: Int) -> String { count == 1 ? "1 item" : "\(count) items" }

    private mutating func checkUnique(_ items: [JSONValue]) throws(Undecided) -> Bool {
        var places: [JSONIdentity: Int] = [:]
        for (index, item) in items.enumerated() {
            if let first = places.updateValue(index, forKey: try identity(of: item)) {
                return fail("must not have equal items, has them at \(first) and \(index)")
            }
        }
        return true
    }

    private mutating func checkItems(
        _ items: [JSONValue], _ first: [Int], _ others: Int?, _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        var passes = true
        for (index, item) in items.enumerated() {
            guard let schema = index < first.count ? first[index] : others else { break }
            marks?[index] = true
            if try apply(schema, toItem: index, item) { continue }
            passes = false
            if isSettled { break }
        }
        return passes
    }

    private mutating func checkUnevaluated(
        _ schema: Int, _ items: [JSONValue], _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        var passes = true
        for (index, item) in items.enumerated() where marks?[index] == false {
            marks?[index] = true
            if try apply(schema, toItem: index, item) { continue }
            passes = false
            if isSettled { break }
        }
        return passes
    }

    private mutating func checkContains(
        _ schema: Int, _ minimum: Int, _ maximum: Int?, _ items: [JSONValue], _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        var count = 0
        for (index, item) in items.enumerated() {
            var none: SchemaMarks?
            guard try test(schema, item, &none) else { continue }
            marks?[index] = true
            count += 1
        }
        if count < minimum {
            return fail("must have at least \(Self.items(minimum)) for `contains`, has \(count)")
        }
        guard let maximum, count > maximum else { return true }
        return fail("must have at most \(Self.items(maximum)) for `contains`, has \(count)")
    }
}
