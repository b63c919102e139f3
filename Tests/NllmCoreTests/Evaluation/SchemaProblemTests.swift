import Testing

@testable import NllmCore

struct SchemaProblemTests {
    private static let mistakes: [(schema: String, message: String)] = [
        ("1", "(root): must be a schema (an object, true or false), is a number"),
        (#"{"items": {"type": "strin"}}"#, #"/items/type: "strin" is not a type; did you mean `string`?"#),
        (#"{"type": []}"#, "/type: must name at least one type"),
        (#"{"properties": {"a/b": 1}}"#, "/properties/a~1b: must be a schema (an object, true or false), is a number"),
        (#"{"properties": []}"#, "/properties: must be an object of schemas, is an array"),
        (#"{"allOf": {}}"#, "/allOf: must be an array of schemas, is an object"),
        (#"{"anyOf": []}"#, "/anyOf: must have at least one schema"),
        (
            #"{"items": [true]}"#,
            "/items: must be a schema; an array of schemas is `prefixItems` (or name draft-07 in `$schema`)"
        ),
        (#"{"required": "a"}"#, "/required: must be an array of strings, is a string"),
        (#"{"required": [1]}"#, "/required: must be an array of strings, has a number"),
        (#"{"minimum": "0"}"#, "/minimum: must be a number, is a string"),
        (#"{"exclusiveMinimum": true}"#, "/exclusiveMinimum: must be a number, is a boolean"),
        (#"{"minLength": -1}"#, "/minLength: must be a whole number from 0 on, is -1"),
        (#"{"maxItems": 1.5}"#, "/maxItems: must be a whole number from 0 on, is 1.5"),
        (#"{"multipleOf": 0}"#, "/multipleOf: must be above 0 with at most 18 significant digits, is 0"),
        (#"{"uniqueItems": 1}"#, "/uniqueItems: must be true or false, is a number"),
        (#"{"enum": 1}"#, "/enum: must be an array, is a number"),
        (#"{"dependentRequired": {"a": 1}}"#, "/dependentRequired/a: must be an array of strings, is a number"),
        (#"{"pattern": "["}"#, "/pattern: bad pattern: missing terminating ] for character class"),
        (
            #"{"patternProperties": {"\\A": true}}"#,
            #"/patternProperties/\A: bad pattern at character 1: `\A` is not an escape of ECMA-262"#
        ),
        (#"{"$ref": 1}"#, "/$ref: must be a string, is a number"),
        (##"{"$ref": "#/$defs/a"}"##, "/$ref: `#/$defs/a` leads nowhere"),
        (##"{"$ref": "#a"}"##, "/$ref: `#a` leads nowhere: there is no anchor `a`"),
        (##"{"$ref": "#/const", "const": 1}"##, "/const: must be a schema (an object, true or false), is a number"),
        (
            #"{"items": {"$ref": "https://example.com/a"}}"#,
            "/items/$ref: `https://example.com/a` is not known; nothing is fetched, so define the schema in `$defs`"
        ),
        (
            #"{"$schema": "http://json-schema.org/draft-04/schema"}"#,
            "/$schema: `http://json-schema.org/draft-04/schema` is not supported; use draft 2020-12, 2019-09, draft-07 or draft-06"
        ),
        (##"{"$id": "a#b"}"##, "/$id: must not have a fragment, is `a#b`"),
        (#"{"$defs": {"a": {"$id": "x"}, "b": {"$id": "x"}}}"#, "/$defs/a/$id: `x` is the `$id` of another schema too"),
        (#"{"$anchor": "a", "not": {"$anchor": "a"}}"#, "/not/$anchor: `a` is the anchor of another schema too"),
        (#"{"$anchor": ""}"#, "/$anchor: must be a name"),
    ]

    @Test("a schema's mistakes are named with their place", arguments: mistakes)
    func mistake(schema: String, message: String) throws {
        let value = try JSONParser.parse(schema)
        let problem = #expect(throws: SchemaProblem.self) { try JSONSchema(value) }
        #expect(problem?.plainText == message)
    }

    @Test("a mistake in another schema is named with its address")
    func otherSchema() throws {
        let schema = try JSONParser.parse(#"{"$ref": "https://example.com/a#/$defs/b"}"#)
        let other = try JSONParser.parse(#"{"$defs": {"b": {"type": "text"}}}"#)
        let problem = #expect(throws: SchemaProblem.self) {
            try JSONSchema(schema, others: ["https://example.com/a": other])
        }
        #expect(problem?.plainText == #"https://example.com/a#/$defs/b/type: "text" is not a type"#)
    }

    @Test(
        "schemas that lead back to themselves for the same value are refused",
        arguments: [
            ##"{"$ref": "#"}"##, ##"{"allOf": [{"$ref": "#"}]}"##, ##"{"not": {"anyOf": [true, {"$ref": "#/not"}]}}"##,
            ##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"if": {"$ref": "#/$defs/a"}}}}"##,
        ])
    func loops(schema: String) throws {
        let value = try JSONParser.parse(schema)
        let problem = #expect(throws: SchemaProblem.self) { try JSONSchema(value) }
        #expect(problem?.message == "refers to itself without looking into the value, which never ends")
    }
}
