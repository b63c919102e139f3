import Testing

@testable import NllmCore

struct JSONSchemaTests {
    static func schema(_ text: String) throws -> JSONSchema { try JSONSchema(JSONParser.parse(text)) }

    static func flaws(_ schema: String, _ value: String, atMost limit: Int = 100) throws -> [String] {
        try self.schema(schema).flaws(in: JSONParser.parse(value), atMost: limit).map(\.description)
    }

    private static let messages: [(schema: String, value: String, message: String)] = [
        (#"{"type": "object"}"#, "[1]", "(root): must be an object, is an array"),
        (#"{"type": ["string", "null"]}"#, "1.5", "(root): must be null or a string, is 1.5"),
        (#"{"type": "integer"}"#, "1.5", "(root): must be an integer, is 1.5"),
        (#"{"const": {"a": 1}}"#, #"{"a": 2}"#, #"(root): must be {"a":1}, is an object"#),
        (#"{"enum": ["a", 1, null]}"#, #""b""#, #"(root): must be one of "a", 1, null, is "b""#),
        (#"{"minimum": 0}"#, "-1", "(root): must be at least 0, is -1"),
        (#"{"exclusiveMinimum": 0}"#, "0.0", "(root): must be above 0, is 0.0"),
        (#"{"maximum": 1e2}"#, "100.1", "(root): must be at most 1e2, is 100.1"),
        (#"{"exclusiveMaximum": 1}"#, "1", "(root): must be below 1, is 1"),
        (#"{"multipleOf": 0.01}"#, "0.015", "(root): must be a multiple of 0.01, is 0.015"),
        (#"{"minLength": 2}"#, #""🐲""#, "(root): must have at least 2 characters, has 1"),
        (#"{"maxLength": 1}"#, #""ab""#, "(root): must have at most 1 character, has 2"),
        (#"{"pattern": "^\\d+$"}"#, #""12a""#, #"(root): must match the pattern "^\\d+$", is "12a""#),
        (#"{"minItems": 1}"#, "[]", "(root): must have at least 1 item, has 0"),
        (#"{"maxItems": 2}"#, "[1,2,3]", "(root): must have at most 2 items, has 3"),
        (
            #"{"uniqueItems": true}"#, #"[{"a":1,"b":2}, 0, {"b":2.0,"a":1}]"#,
            "(root): must not have equal items, has them at 0 and 2"
        ),
        (#"{"contains": {"const": 1}}"#, "[2]", "(root): must have at least 1 item for `contains`, has 0"),
        (
            #"{"contains": true, "maxContains": 1}"#, "[1,2]",
            "(root): must have at most 1 item for `contains`, has 2"
        ),
        (#"{"required": ["a", "b"]}"#, #"{"a": 1}"#, #"(root): must have the property "b""#),
        (
            #"{"dependentRequired": {"a": ["b"]}}"#, #"{"a": 1}"#,
            #"(root): must have the property "b", because it has "a""#
        ),
        (#"{"minProperties": 2}"#, #"{"a": 1}"#, "(root): must have at least 2 properties, has 1"),
        (#"{"maxProperties": 0}"#, #"{"a": 1}"#, "(root): must have at most 0 properties, has 1"),
        (#"{"additionalProperties": false}"#, #"{"a/~": 1}"#, "/a~1~0: is not allowed"),
        (#"{"propertyNames": {"maxLength": 1}}"#, #"{"ab": 1}"#, "/ab: must have at most 1 character, has 2"),
        (#"{"not": {"type": "string"}}"#, #""a""#, "(root): must not match the schema of `not`"),
        (
            #"{"oneOf": [{"minimum": 1}, {"minimum": 2}]}"#, "3",
            "(root): must match one schema of `oneOf`, matches those at 0 and 1"
        ),
        (
            #"{"properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}"#, #"{"a": 1}"#,
            "/a: matches none of the schemas of `anyOf` (/a: must be a string, is 1; /a: must be null, is 1)"
        ),
        (
            #"{"properties": {"items": {"items": {"properties": {"price": {"minimum": 0}}}}}}"#,
            #"{"items": [{}, {"price": 2}, {"price": -1}]}"#, "/items/2/price: must be at least 0, is -1"
        ),
        (#"{"properties": {"a": true}, "unevaluatedProperties": false}"#, #"{"a": 1, "b": 2}"#, "/b: is not allowed"),
        (
            #"{"pattern": "a"}"#, "\"\(String(repeating: "b", count: 100))\"",
            "(root): must match the pattern \"a\", is \"\(String(repeating: "b", count: 60))…\""
        ),
    ]

    @Test("each rule says what is wrong", arguments: messages)
    func message(schema: String, value: String, message: String) throws {
        #expect(try Self.flaws(schema, value) == [message])
    }

    @Test("all flaws are found, up to a number")
    func allFlaws() throws {
        let schema = #"{"items": {"type": "integer", "minimum": 3}, "minItems": 5}"#
        let all = [
            "(root): must have at least 5 items, has 4", "/0: must be at least 3, is 1",
            "/2: must be an integer, is \"a\"",
            "/3: must be an integer, is 2.5", "/3: must be at least 3, is 2.5",
        ]
        #expect(try Self.flaws(schema, #"[1, 3, "a", 2.5]"#) == all)
        #expect(try Self.flaws(schema, #"[1, 3, "a", 2.5]"#, atMost: 2) == Array(all.prefix(2)))
        #expect(try Self.flaws(schema, #"[1, 3, "a", 2.5]"#, atMost: 1) == Array(all.prefix(1)))
    }

    @Test("texts equal each other only character by character")
    func exactTexts() throws {
        // The same letter in one character and in two.
        #expect(try Self.flaws("{\"const\": \"\u{E9}\"}", "\"e\u{301}\"").count == 1)
        #expect(try Self.flaws("{\"required\": [\"\u{E9}\"]}", "{\"e\u{301}\": 1}").count == 1)
        #expect(try Self.flaws("{\"uniqueItems\": true}", "[\"\u{E9}\", \"e\u{301}\"]").isEmpty)
        let both = "{\"properties\": {\"\u{E9}\": {\"type\": \"string\"}, \"e\u{301}\": {\"type\": \"null\"}}}"
        #expect(try Self.flaws(both, "{\"\u{E9}\": \"a\", \"e\u{301}\": null}").isEmpty)
    }

    @Test("both values of a name that stands twice are checked")
    func repeatedNames() throws {
        let schema = #"{"properties": {"a": {"type": "string"}}}"#
        #expect(try Self.flaws(schema, #"{"a": 1, "a": "b"}"#) == ["/a: must be a string, is 1"])
        #expect(try Self.flaws(#"{"const": {"a": 1}}"#, #"{"a": 2, "a": 1}"#).isEmpty)
    }

    private static let bigNumbers: [(schema: String, value: String, isValid: Bool)] = [
        (#"{"const": 12345678901234567890123}"#, "12345678901234567890124", false),
        (#"{"const": 12345678901234567890123}"#, "12345678901234567890123.0", true),
        (#"{"enum": [1e400]}"#, "10e399", true), (#"{"type": "integer"}"#, "1e400", true),
        (#"{"type": "integer"}"#, "1e-400", false), (#"{"maximum": 1e308}"#, "1e309", false),
        (#"{"minimum": 9007199254740993}"#, "9007199254740992", false), (#"{"multipleOf": 1e308}"#, "3e308", true),
        (#"{"uniqueItems": true}"#, "[1, 1.0]", false), (#"{"uniqueItems": true}"#, "[0, -0.0]", false),
        (#"{"uniqueItems": true}"#, "[1, true, \"1\", [1], {\"1\": 1}]", true),
        (#"{"minLength": 1e99}"#, "\"a\"", false),
    ]

    @Test("big numbers", arguments: bigNumbers)
    func bigNumber(schema: String, value: String, isValid: Bool) throws {
        #expect(try Self.flaws(schema, value).isEmpty == isValid)
    }
}
