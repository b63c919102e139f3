import Testing

@testable import NllmCore

@Suite struct AssertionGrammarTests {
    @Test(arguments: [
        ("Paris", #"{"type":"equals","value":"Paris"}"#), ("equals:", #"{"type":"equals","value":""}"#),
        ("Note: all good", #"{"type":"equals","value":"Note: all good"}"#),
        ("contains(x):y", #"{"type":"equals","value":"contains(x):y"}"#),
        ("Contains:y", #"{"type":"equals","value":"Contains:y"}"#),
        ("not-contains:a:b\nc", #"{"type":"not-contains","value":"a:b\nc"}"#),
        ("contains-any: a b , c,7", #"{"type":"contains-any","value":["a b","c","7"]}"#),
        (
            #"contains-all:"1,000" , "say ""hi""",5" pipe"#,
            #"{"type":"contains-all","value":["1,000","say \"hi\"","5\" pipe"]}"#
        ),
        ("is-json", #"{"type":"is-json"}"#), ("is-json:", #"{"type":"is-json"}"#),
        ("rouge-n(0.5):a b", #"{"type":"rouge-n","value":"a b","threshold":0.5}"#),
        ("levenshtein(5):", #"{"type":"levenshtein","value":"","threshold":5}"#),
        ("cost(0.01)", #"{"type":"cost","threshold":0.01}"#),
        ("not-latency(1000):", #"{"type":"not-latency","threshold":1000}"#),
        ("grade: is polite", #"{"type":"llm-rubric","value":"is polite"}"#),
        ("match:7", #"{"type":"match","value":"7"}"#),
        ("similar(0.8):a, b", #"{"type":"similar","value":"a, b","threshold":0.8}"#),
        ("eval", #"{"type":"equals","value":"eval"}"#), ("not-", #"{"type":"equals","value":"not-"}"#),
    ])
    func aLineIsRead(text: String, json: String) throws {
        #expect(try Assertion(text: text).json.description == json)
    }

    @Test(arguments: [
        ("", "an assertion is empty; write `equals:` where the answer must be empty"),
        ("contains:", "`value` of `contains` must not be empty"),
        (
            "answer",
            "`answer` needs a value, as in `answer:…`; if the answer must equal this text, write `equals:answer`"
        ),
        ("contains(3):x", "`threshold` of `contains` means nothing; leave it out"),
        ("cost:0.01", "`cost` needs a `threshold`, in US dollars; on one line `cost(0.01)`"),
        ("contains-any:a,,b", "`value` of `contains-any` must not be empty, nor hold empty texts"),
        (#"contains-any:"a"b,c"#, "`b` stands between a closing quote and the next comma"),
        (#"contains-any:"a,b"#, "a double quote is not closed; write a list of texts to have quotes in them"),
        ("assert-set", "an `assert-set` must be an object with `assert`"),
        (
            "javascript:output.length < 9",
            "assertions of type `javascript` are not supported; write a `command`, an executable that gets the answer on its "
                + "standard input, or `equals:` before the text that is wanted"
        ),
        (
            "file://check.py:score",
            "scripts are not supported; write a `command`, an executable that gets the answer on its standard input"
        ),
    ])
    func aBadLineIsRefused(text: String, message: String) {
        #expect(throws: AssertionProblem(message)) { try Assertion(text: text) }
    }
}
