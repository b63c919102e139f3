/// Reading assertions: an object `{type, value, threshold, weight, metric, …}`, or a text in the grammar of one line.
extension Assertion {
    private static let common = ["type", "value", "threshold", "weight", "metric"]

    /// Reads an assertion.
    ///
    /// - Parameter json: an object or a text.
    /// - Throws: what is wrong with it, and what is allowed.
    init(json: JSONValue) throws(AssertionProblem) {
        switch json {
        case .string(let text): try self.init(text: text)
        case .object(let members): try self.init(members: members)
        default:
            throw AssertionProblem("an assertion must be an object or a text such as `contains:yes`, is \(json.kind)")
        }
    }

    /// Reads a list of assertions, or one that stands alone.
    ///
    /// - Throws: what is wrong with the first one that is wrong, and which one it is.
    static func list(json: JSONValue) throws(AssertionProblem) -> [Assertion] {
        guard case .array(let elements) = json else { return [try Assertion(json: json)] }
        var assertions: [Assertion] = []
        for (index, element) in elements.enumerated() {
            do throws(AssertionProblem) {
                assertions.append(try Assertion(json: element))
            } catch {
                throw AssertionProblem("assertion \(index + 1): \(error.message)")
            }
        }
        return assertions
    }

    private init(members: [JSONValue.Member]) throws(AssertionProblem) {
        try Self.checkNames(members.map(\.name))
        let object = JSONValue.object(members)
        guard let type = object["type"] else { throw AssertionProblem("an assertion needs a `type`") }
        guard let name = type.stringValue else {
            throw AssertionProblem("`type` of an assertion must be a string, is \(type.kind)")
        }
        (self.type, isNegated) = try Self.type(name)
        try checkMembers(members.map(\.name))
        value = object["value"].flatMap { $0 == .null ? nil : $0 }
        if case .string(let text)? = value, self.type.isListOfTexts { value = .strings(try Self.texts(text)) }
        threshold = try number(object["threshold"], "threshold")
        weight = try number(object["weight"], "weight") ?? 1
        metric = try Self.metric(object["metric"])
        for (name, form) in self.type.form.properties {
            guard let value = object[name], value != .null else { continue }
            if let flaw = form.flaw(in: value) { throw AssertionProblem(self.type, name, flaw) }
            properties.append(.init(name, value))
        }
        if self.type == .set { self.members = try Self.members(of: object["assert"]) }
        try validate()
    }

    /// The type of a name, and whether `not-` stands before it.
    private static func type(_ name: String) throws(AssertionProblem) -> (AssertionType, isNegated: Bool) {
        let isNegated = name.hasPrefix("not-")
        let plain = isNegated ? String(name.dropFirst(4)) : name
        if let type = AssertionType(rawValue: plain) { return (type, isNegated) }
        if let advice = UnsupportedAssertion.advice(type: plain) {
            throw AssertionProblem("assertions of type `\(plain)` are not supported; \(advice)")
        }
        let known = AssertionType.allCases.map(\.rawValue)
        let nearest = NearestName.hint(plain, among: known)
        throw AssertionProblem(
            "unknown assertion type `\(plain)`" + (nearest.isEmpty ? "; use one of \(known.quotedList)" : nearest))
    }

    private static func checkNames(_ names: [String]) throws(AssertionProblem) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw AssertionProblem("duplicate member `\(name)` of an assertion")
        }
    }

    /// Refuses members that mean nothing for the type.
    private func checkMembers(_ names: [String]) throws(AssertionProblem) {
        let own = type.form.properties.map(\.key) + (type == .set ? ["assert"] : [])
        let others = AssertionType.allCases.flatMap { $0.form.properties.map(\.key) } + ["assert"]
        for name in names where !Self.common.contains(name) && !own.contains(name) {
            if let advice = UnsupportedAssertion.advice(member: name) {
                throw AssertionProblem("`\(name)` of an assertion is not supported; \(advice)")
            }
            guard !others.contains(name) else { throw AssertionProblem(type, name, "means nothing; leave it out") }
            let hint = NearestName.hint(name, among: own + Self.common)
            throw AssertionProblem(
                "unknown member `\(name)` of `\(type.rawValue)`"
                    + (hint.isEmpty ? "; use \((Self.common + own).quotedList)" : hint))
        }
    }

    private func number(_ value: JSONValue?, _ name: String) throws(AssertionProblem) -> Double? {
        guard let value, value != .null else { return nil }
        if let flaw = value.amountFlaw(0...(.greatestFiniteMagnitude)) { throw AssertionProblem(type, name, flaw) }
        return value.doubleValue
    }

    private static func metric(_ value: JSONValue?) throws(AssertionProblem) -> String? {
        guard let value, value != .null else { return nil }
        guard let name = value.stringValue, !name.isEmpty else {
            throw AssertionProblem("`metric` must be a name, is \(value == .string("") ? "empty" : value.kind)")
        }
        guard !name.contains("{{"), !name.contains("{%") else {
            throw AssertionProblem("`metric` cannot hold variables, since a gate names it; write a plain name")
        }
        return name
    }

    private static func members(of value: JSONValue?) throws(AssertionProblem) -> [Assertion] {
        guard let value, value != .null, value != .array([]) else {
            throw AssertionProblem("`assert-set` needs `assert`, a list of assertions")
        }
        let members = try list(json: value)
        guard !members.contains(where: { $0.type == .set }) else {
            throw AssertionProblem("an `assert-set` cannot stand in another; write its assertions there")
        }
        return members
    }
}
