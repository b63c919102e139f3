import Testing

@testable import NllmCore

/// Schemas and values that would take too long, too much memory or a crash.
struct SchemaLimitTests {
    private func schema(_ text: String) throws -> JSONSchema { try JSONSchema(JSONParser.parse(text)) }

    private func reason(_ schema: String, _ value: String) throws -> String? {
        let (schema, value) = (try self.schema(schema), try JSONParser.parse(value))
        return #expect(throws: Undecided.self) { _ = try schema.flaws(in: value, atMost: 10) }?.reason
    }

    /// A value inside so many arrays.
    private func nested(_ levels: Int, _ inner: JSONValue = .array([])) -> JSONValue {
        (0..<levels).reduce(inner) { value, _ in .array([value]) }
    }

    @Test("a schema that asks itself about the same value ends")
    func endless() throws {
        let words = "more than 300 schemas apply inside one another"
        #expect(try reason(##"{"if": true, "then": {"$ref": "#"}}"##, "1") == words)
        #expect(try reason(##"{"dependentSchemas": {"a": {"$ref": "#"}}}"##, #"{"a": 1}"#) == words)
        #expect(try reason(##"{"$dynamicAnchor": "a", "$dynamicRef": "#a"}"##, "1") == words)
    }

    @Test("a long chain of schemas is followed up to the limit")
    func chain() throws {
        func chain(_ length: Int) -> String {
            let links = (0..<length).map { ##""\##($0)": {"allOf": [{"$ref": "#/$defs/\##($0 + 1)"}]}"## }
            return
                ##"{"$ref": "#/$defs/0", "$defs": {\##(links.joined(separator: ",")), "\##(length)": {"minimum": 0}}}"##
        }
        let value = try JSONParser.parse("-1")
        #expect(try schema(chain(140)).flaws(in: value).map(\.description) == ["(root): must be at least 0, is -1"])
        #expect(throws: Undecided.self) { _ = try schema(chain(160)).flaws(in: value) }
    }

    @Test("values nest up to 512 levels")
    func nestedValues() throws {
        let tree = try schema(##"{"type": "array", "items": {"$ref": "#"}}"##)
        #expect(try tree.flaws(in: nested(140)).isEmpty)
        #expect(try tree.flaws(in: nested(140, .null)).first?.message == "must be an array, is null")
        #expect(throws: Undecided.self) { _ = try tree.flaws(in: nested(160)) }
        let unique = try schema(#"{"uniqueItems": true, "not": {"const": 1}}"#)
        #expect(try unique.flaws(in: nested(511)).isEmpty)
        for levels in [512, 10_000] {
            let undecided = #expect(throws: Undecided.self) { _ = try unique.flaws(in: nested(levels)) }
            #expect(undecided?.reason == "the value is nested over 512 levels deep")
        }
    }

    @Test("schemas nest up to 512 levels")
    func nestedSchemas() throws {
        func nested(_ levels: Int) -> JSONValue {
            (0..<levels).reduce(.bool(true)) { schema, _ in .object([JSONValue.Member("items", schema)]) }
        }
        #expect(try JSONSchema(nested(512)).flaws(in: .array([])).isEmpty)
        let problem = #expect(throws: SchemaProblem.self) { try JSONSchema(nested(10_000)) }
        #expect(problem?.plainText == "(root): nested over 512 levels deep")
        #expect(throws: SchemaProblem.self) {
            try JSONSchema(.object([JSONValue.Member("const", self.nested(10_000))]))
        }
    }

    @Test("a schema that doubles its work at each step ends")
    func doubling() throws {
        let links = (0..<40).map { number in
            let next = ##"{"$ref": "#/$defs/\##(number + 1)"}"##
            return ##""\##(number)": {"anyOf": [{"allOf": [\##(next), false]}, \##(next)]}"##
        }
        let schema = ##"{"$ref": "#/$defs/0", "$defs": {\##(links.joined(separator: ",")), "40": false}}"##
        // A debug build takes its time for ten million steps.
        let parsed = try JSONSchema(JSONParser.parse(schema), stepLimit: 100_000)
        let undecided = #expect(throws: Undecided.self) { _ = try parsed.flaws(in: .null) }
        #expect(undecided?.reason == "the schema took too many steps (100,000)")
    }

    @Test("reasons of reasons stay short")
    func longMessages() throws {
        let tree = try schema(
            ##"{"anyOf": [{"type": "null"}, {"type": "array", "items": {"$ref": "#"}}, {"required": ["a"], "type": "object"}]}"##
        )
        let flaws = try tree.flaws(in: nested(60, .bool(true)), atMost: 10)
        #expect(flaws.count == 1)
        #expect(flaws.allSatisfy { $0.description.count < 600 })
        let named = JSONValue.object([JSONValue.Member(String(repeating: "n", count: 1 << 20), .null)])
        let flaw = try schema(#"{"additionalProperties": false}"#).flaws(in: named).first
        #expect((flaw?.description.count ?? .max) < 300)
    }

    @Test("a pattern that takes too long leaves no verdict")
    func hostilePattern() throws {
        let rules = try JSONParser.parse(#"{"properties": {"a": {"pattern": "^(a+)+$"}, "b": {"type": "null"}}}"#)
        let schema = try JSONSchema(rules, stepLimit: 100_000)
        let long = "\"\(String(repeating: "a", count: 40))!\""
        let undecided = #expect(throws: Undecided.self) {
            _ = try schema.flaws(in: JSONParser.parse("{\"a\": \(long)}"))
        }
        #expect(undecided?.reason == "the pattern takes too many steps")
        let flaws = try schema.flaws(in: JSONParser.parse("{\"b\": 1, \"a\": \(long)}"), atMost: 10)
        #expect(flaws.map(\.description) == ["/b: must be null, is 1"], "one flaw decides")
    }

    @Test("large values are checked in time")
    func largeValues() throws {
        let items = JSONValue.array((0..<50_000).map { .integer($0) })
        #expect(try schema(#"{"uniqueItems": true, "items": {"type": "integer"}}"#).flaws(in: items).isEmpty)
        let digits = JSONValue.number(String(repeating: "7", count: 1 << 20))
        #expect(try schema(#"{"multipleOf": 777777777777777777}"#).flaws(in: digits).count == 1)
        let text = JSONValue.string(String(repeating: "é", count: 1 << 20))
        #expect(try schema(#"{"minLength": 1048576, "maxLength": 1048576}"#).flaws(in: text).isEmpty)
    }
}
