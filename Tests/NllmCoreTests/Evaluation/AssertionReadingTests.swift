import Testing

@testable import NllmCore

@Suite struct AssertionReadingTests {
    private func read(_ json: String) throws -> Assertion { try Assertion(json: try JSONParser.parse(json)) }

    private func problem(_ json: String) -> String? {
        do {
            _ = try Assertion.list(json: try JSONParser.parse(json))
            return nil
        } catch {
            return (error as? AssertionProblem)?.message ?? "\(error)"
        }
    }

    @Test(arguments: [
        #"{"type":"contains","value":"x","weight":0.5,"metric":"m"}"#,
        #"{"type":"not-equals","value":{"b":1.50,"a":[null]}}"#,
        #"{"type":"levenshtein","value":"","threshold":2}"#, #"{"type":"is-json"}"#,
        #"{"type":"cost","threshold":0.01}"#,
        #"{"type":"match","value":"7","location":"end","numeric":true,"tolerance":0.5}"#,
        #"{"type":"assert-set","threshold":0.5,"weight":2,"assert":[{"type":"regex","value":"a","weight":0}]}"#,
        #"{"type":"word-count","value":{"min":1,"max":2}}"#, #"{"type":"answer","value":["A","B"],"pattern":"letter"}"#,
        #"{"type":"json-path","value":"$.a >= 1"}"#, #"{"type":"similar","value":["a","b"],"threshold":0.8}"#,
    ])
    func anObjectComesBackAsItWas(json: String) throws {
        #expect(try read(json).json.description == json)
        #expect(try Assertion(json: try read(json).json) == read(json))
    }

    @Test func membersAlwaysStandInTheSameOrder() throws {
        let first = try read(#"{"numeric":true,"location":"any","weight":2,"value":"1","type":"match"}"#)
        let second = try read(
            #"{"type":"match","value":"1","weight":2.0,"location":"any","numeric":true,"metric":null}"#)
        #expect(first == second)
        #expect(JSONWriter.stored(first.json) == JSONWriter.stored(second.json))
    }

    @Test func aListMayStandAlone() throws {
        let one = try Assertion.list(json: .string("contains:x"))
        #expect(try one == Assertion.list(json: .array([.string("contains:x")])))
        #expect(try Assertion.list(json: .array([])) == [])
    }

    @Test(arguments: [
        (#"{"value":"x"}"#, "an assertion needs a `type`"),
        (#"{"type":1}"#, "`type` of an assertion must be a string, is a number"),
        ("7", "an assertion must be an object or a text such as `contains:yes`, is a number"),
        (#"{"type":"not-containz","value":"x"}"#, "unknown assertion type `containz`; did you mean `contains`?"),
        (
            #"{"type":"contains","value":"x","treshold":1}"#,
            "unknown member `treshold` of `contains`; did you mean `threshold`?"
        ),
        (#"{"type":"contains","value":"x","threshold":1}"#, "`threshold` of `contains` means nothing; leave it out"),
        (#"{"type":"contains","value":"x","location":"end"}"#, "`location` of `contains` means nothing; leave it out"),
        (#"{"type":"contains","value":"x","value":"y"}"#, "duplicate member `value` of an assertion"),
        (#"{"type":"contains","value":""}"#, "`value` of `contains` must not be empty"),
        (#"{"type":"contains","value":["x"]}"#, "`value` of `contains` must be a text, is an array"),
        (
            #"{"type":"contains-any","value":["x",""]}"#,
            "`value` of `contains-any` must not be empty, nor hold empty texts"
        ),
        (
            #"{"type":"rouge-n","value":"x","threshold":75}"#,
            "`threshold` of `rouge-n` must be a number from 0 to 1, is 75"
        ),
        (#"{"type":"latency"}"#, "`latency` needs a `threshold`, in milliseconds; on one line `latency(1000)`"),
        (#"{"type":"cost","value":1,"threshold":1}"#, "`cost` takes no `value`; its limit is the `threshold`"),
        (#"{"type":"contains","value":"x","weight":-1}"#, "`weight` of `contains` must be a number from 0 on, is -1"),
        (
            #"{"type":"contains","value":"x","weight":"2"}"#,
            "`weight` of `contains` must be a number from 0 on, is a string"
        ),
        (
            #"{"type":"contains","value":"x","weight":1e999}"#,
            "`weight` of `contains` must be a number from 0 on, is 1e999"
        ),
        (
            #"{"type":"match","value":"x","location":"edn"}"#,
            "`location` of `match` must be one of `begin`, `end`, `any`, `exact`, not `edn`; did you mean `end`?"
        ),
        (#"{"type":"match","value":"1","tolerance":1}"#, "`tolerance` of `match` needs `numeric: true`"),
        (#"{"type":"assert-set","assert":[]}"#, "`assert-set` needs `assert`, a list of assertions"),
        (
            #"["contains:x",{"type":"python","value":"x"}]"#,
            "assertion 2: assertions of type `python` are not supported; "
                + "write a `command`, an executable that gets the answer on its standard input"
        ),
        (
            #"{"type":"llm-rubric","value":"x","provider":"gpt"}"#,
            "`provider` of an assertion is not supported; the suite's `judge` names the model that grades"
        ),
        (
            #"{"type":"word-count","value":{"min":3,"max":2}}"#,
            "`value` of `word-count` has a `min` (3) above its `max` (2)"
        ),
        (
            #"{"type":"contains","value":"{% if x %}"}"#,
            "`value` of `contains` has `{% … %}`, which is not supported; only {{name}} is filled in"
        ),
        (
            #"{"type":"contains","value":"x","metric":"{{m}}"}"#,
            "`metric` cannot hold variables, since a gate names it; write a plain name"
        ),
    ])
    func whatIsWrongIsSaidOnOneLine(json: String, message: String) {
        #expect(problem(json) == message)
    }

    @Test func aNameOfAnyLengthIsRefusedAtOnce() {
        let long = String(repeating: "x", count: 1_000_000)
        for json in [
            #"{"type":"\#(long)"}"#, #"{"type":"contains","value":"x","\#(long)":1}"#, #""contains-any:\#(long),""#,
        ] {
            #expect((problem(json)?.count ?? .max) <= 1_001)
        }
    }

    @Test func variablesAreFilledIn() throws {
        let assertion = try read(#"{"type":"equals","value":{"a":["{{x}}"],"b":"{{y.z}}"}}"#)
        #expect(assertion.variables == ["x", "y.z"])
        let variables = try JSONParser.parse(#"{"x":"{{y}}","y":{"z":3}}"#)
        #expect(try assertion.filledValue(with: variables)?.description == #"{"a":["{{y}}"],"b":"3"}"#)
        #expect(throws: AssertionProblem("`value` of `equals` cannot be filled in: no variable `x`")) {
            try assertion.filledValue(with: .object([]))
        }
    }
}
