import Testing

@testable import NllmCore

@Suite struct JSONPathTests {
    private static let json = """
        {"a": {"b": [10, {"c": "x"}, [1, 2]], "c.d": 3}, "c": null, "price": 12.50, "names": ["Ada", "Bob"], "ok": true}
        """

    @Test(arguments: [
        ("$.a.b[0]", "[10]"), ("$.a.b[-1][1]", "[2]"), ("$['a'][\"c.d\"]", "[3]"), ("$.names[*]", #"["Ada","Bob"]"#),
        ("$.a.b[9]", "[]"),
        ("$.x.y", "[]"), ("$..c", #"[null,"x"]"#), ("$..[1]", #"["Bob",{"c":"x"},2]"#),
        ("$.a.*", #"[[10,{"c":"x"},[1,2]],3]"#),
        ("$.c", "[null]"), ("$.names.Ada", "[]"), ("$.a[0]", "[]"),
    ])
    func aPathSelectsValues(path: String, values: String) throws {
        let found = try JSONPath(path).values(in: JSONParser.parse(Self.json))
        #expect(JSONValue.array(found ?? []).description == values)
    }

    @Test(arguments: [
        ("$.price >= 12.5", true), ("$.price > 12.5", false), ("$.price < 1e2", true), ("$.price equals 12.5", true),
        ("$.a.b[0] <= 9", false),
        ("$.names[*] equals Bob", true), ("$.names[*] equals \"Bob\"", true), ("$.names contains Ada", true),
        ("$.names contains Eve", false),
        ("$.names[0] contains da", true), ("$.names[*] regex ^B", true), ("$.c", true), ("$.c equals null", true),
        ("$.d", false),
        ("$.d exists", false), ("$.d exists false", true), ("$.c exists false", false), ("$.names[0] > 1", false),
        ("$.ok equals true", true), ("$['a']['c.d']  >=  3", true), ("$.a.b[0] regex [1]", true),
        ("$['x y'] exists false", true), ("$.a[\"c.d\"] equals 3.0", true),
    ])
    func aTextCompares(text: String, passes: Bool) throws {
        let check = try AssertionCheck(Assertion(text: "json-path:" + text))
        #expect(check.verdict(on: CheckedAnswer(text: Self.json)).passed == passes)
    }

    @Test(arguments: [
        (#"{"path": "$.price", ">": 12, "<": 13}"#, true), (#"{"path": "$.price", ">": 12, "<": 12.5}"#, false),
        (#"{"path": "$.a.b[2]", "equals": [1, 2.0]}"#, true), (#"{"path": "$.a.b", "contains": {"c": "x"}}"#, true),
        (#"{"path": "$.d", "exists": false}"#, true),
    ])
    func anObjectComparesSeveralTimes(value: String, passes: Bool) throws {
        let assertion = Assertion(type: .jsonPath, value: try JSONParser.parse(value))
        #expect(try AssertionCheck(assertion).verdict(on: CheckedAnswer(text: Self.json)).passed == passes)
    }

    @Test func jsonMayStandInProse() throws {
        let check = try AssertionCheck(Assertion(text: "json-path:$.a equals 1"))
        #expect(check.verdict(on: CheckedAnswer(text: "Here:\n```json\n{\"a\": 1}\n```")).passed == true)
        #expect(check.verdict(on: CheckedAnswer(text: "none")).reason == "expected JSON, found `none`")
    }

    @Test func aPathWithTooManyValuesHasNoVerdict() throws {
        let check = try AssertionCheck(Assertion(text: "json-path:$..*..*..* equals 1"))
        let deep = String(repeating: "[", count: 300) + String(repeating: "]", count: 300)
        #expect(check.verdict(on: CheckedAnswer(text: deep)).passed == nil)
    }
}
