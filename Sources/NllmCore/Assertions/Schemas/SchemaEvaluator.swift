/// Checks one value against a schema.
///
/// A check returns whether the value passes. While flaws are wanted it notes them; else it ends at the first failure.
struct SchemaEvaluator {
    private enum Step {
        case name(String)
        case index(Int)
    }

    let graph: SchemaGraph
    /// The number of flaws that are still of interest; 0 while only the result counts.
    var wanted: Int
    var flaws: [SchemaFlaw] = []
    private let stepLimit: Int
    private var steps: Int
    private var depth = 0
    private var path: [Step] = []
    /// The resources that the check has come through, outermost first.
    private var scope: [Int] = []

    init(graph: SchemaGraph, wanted: Int, stepLimit: Int) {
        self.graph = graph
        self.wanted = wanted
        self.stepLimit = stepLimit
        steps = stepLimit
    }

    /// The flaws of a value.
    mutating func flaws(in value: JSONValue) throws(Undecided) -> [SchemaFlaw] {
        var marks: SchemaMarks?
        _ = try apply(graph.root, to: value, &marks)
        return flaws
    }

    // MARK: Limits and flaws

    /// Whether nothing more can be learned once a check has failed.
    var isSettled: Bool { flaws.count >= wanted }

    /// Notes a flaw at the current place; returns false.
    mutating func fail(_ message: @autoclosure () -> String) -> Bool {
        guard !isSettled else { return false }
        let pointer = path.reduce(into: "") { pointer, step in
            switch step {
            case .name(let name): pointer += JSONPointer.step(name)
            case .index(let index): pointer += "/\(index)"
            }
        }
        flaws.append(SchemaFlaw(pointer: pointer, message: message()))
        return false
    }

    /// Counts what is to be compared.
    mutating func charge(bytes: Int = 0) throws(Undecided) {
        steps -= 1 + bytes / 64
        if steps < 0 {
            throw Undecided(reason: "the schema took too many steps (\(RangeText.grouped(stepLimit)))")
        }
    }

    /// Whether a pattern matches; its steps count like others.
    mutating func matches(_ pattern: Pattern, _ text: String) throws(Undecided) -> Bool {
        try charge(bytes: text.utf8.count)
        return try pattern.matches(text, steps: &steps)
    }

    /// The identity of a value; its size counts.
    mutating func identity(of value: JSONValue) throws(Undecided) -> JSONIdentity {
        let identity = JSONIdentity(value)
        try charge(bytes: identity.bytes.count)
        return identity
    }

    // MARK: Schemas

    /// Checks a value against a schema, and adds what the schema has looked at to the marks, if they are asked for.
    mutating func apply(_ schema: Int, to value: JSONValue, _ marks: inout SchemaMarks?) throws(Undecided) -> Bool {
        if let verdict = graph.nodes[schema].verdict { return verdict || fail("is not allowed") }
        try charge()
        guard depth < JSONSchema.depthLimit else {
            throw Undecided(
                reason: "more than \(RangeText.grouped(JSONSchema.depthLimit)) schemas apply inside one another")
        }
        depth += 1
        let resource = graph.nodes[schema].resource
        let isEntered = scope.last != resource
        if isEntered { scope.append(resource) }
        defer {
            depth -= 1
            if isEntered { scope.removeLast() }
        }
        var own = marks != nil || graph.nodes[schema].needsMarks ? SchemaMarks(value) : nil
        var passes = true
        for keyword in graph.nodes[schema].keywords {
            // What was looked at is not known any more.
            if !passes, keyword.needsMarks { break }
            if try check(keyword, value, &own) { continue }
            passes = false
            if isSettled { return false }
        }
        if passes { marks?.merge(own) }
        return passes
    }

    /// Checks an item of the current value.
    mutating func apply(_ schema: Int, toItem index: Int, _ item: JSONValue) throws(Undecided) -> Bool {
        var marks: SchemaMarks?
        path.append(.index(index))
        defer { path.removeLast() }
        return try apply(schema, to: item, &marks)
    }

    /// Checks a member of the current value.
    mutating func apply(_ schema: Int, toMember name: String, _ value: JSONValue) throws(Undecided) -> Bool {
        var marks: SchemaMarks?
        path.append(.name(name))
        defer { path.removeLast() }
        return try apply(schema, to: value, &marks)
    }

    /// Checks a value of which only the result counts.
    mutating func test(_ schema: Int, _ value: JSONValue, _ marks: inout SchemaMarks?) throws(Undecided) -> Bool {
        let before = wanted
        wanted = 0
        defer { wanted = before }
        return try apply(schema, to: value, &marks)
    }

    /// The schema that a dynamic reference means here: that of the outermost resource that has its anchor.
    func target(of schema: Int, anchor: String) -> Int {
        for resource in scope {
            if let target = graph.dynamicAnchors[resource][anchor] { return target }
        }
        return schema
    }

    private mutating func check(
        _ keyword: SchemaKeyword, _ value: JSONValue, _ marks: inout SchemaMarks?
    ) throws(Undecided) -> Bool {
        switch value {
        case .number(let text): if let passes = check(keyword, number: text) { return passes }
        case .string(let text): if let passes = try check(keyword, string: text) { return passes }
        case .array(let items): if let passes = try check(keyword, items, &marks) { return passes }
        case .object(let members): if let passes = try check(keyword, members, value, &marks) { return passes }
        case .null, .bool: break
        }
        return try check(keyword, any: value, &marks)
    }
}
