import Testing

@testable import NllmCore

@Suite struct YAMLJSONTests {
    @Test(arguments: [
        ("{a: 1.50, b: [yes, true, ~, '1', 0x1F]}", #"{"a":1.50,"b":["yes",true,null,"1","0x1F"]}"#),
        ("a:\n", #"{"a":null}"#),
        (#"{"type": "object", "required": ["x"]}"#, #"{"type":"object","required":["x"]}"#),
        ("- &x [1]\n- *x", "[[1],[1]]"),
    ])
    func valuesAreThoseOfJSON(yaml: String, json: String) throws {
        #expect(try YAMLNode.parse(yaml)?.json().description == json)
    }

    @Test func aKeyMustBeAText() throws {
        let node = try #require(try YAMLNode.parse("a: 1\n[b]: 2"))
        #expect(throws: YAMLProblem(kind: .keyIsNotText, line: 2)) { try node.json() }
    }
}
