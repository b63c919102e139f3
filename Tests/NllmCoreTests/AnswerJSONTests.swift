import Testing

@testable import NllmCore

/// Which JSON of an answer is its result: not a draft among thoughts, not a piece of what is cut off, not other code.
@Suite struct AnswerJSONTests {
    private func expect(
        _ text: String, gives expected: String?, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(JSONExtraction.extract(text).map(JSONWriter.text) == expected, sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        (#"<think>maybe {"l": 1}</think>{"l": 2}"#, #"{"l":2}"#),
        ("<THINKING budget=\"3\">\n```json\n{\"l\": 1}\n```\n</thinking>\n\nIt is {\"l\": 2}.", #"{"l":2}"#),
        ("<reasoning\n a='b'>[1]</Reasoning >so [2]", "[2]"),
        (#"{"l": 1}? No. </think> {"l": 2}"#, #"{"l":2}"#),
        (#"<think>{"l": 0}</think>no<think>`{"l": 1}`</think> {"l": 2} <think>{"l": 3}"#, #"{"l":2}"#),
        (#"<think>a<think>{"l": 1}</think>{"l": 0}</think>{"l": 2}"#, #"{"l":2}"#),
        (#"{"l": 2} <think>or {"l": 3}"#, #"{"l":2}"#),
        (#"<think>{"l": 1}</think>I cannot say."#, #"{"l":1}"#),
        (#"<think>it ends with {"l": 1}"#, #"{"l":1}"#),
        (#"so {"tag": "<think>", "l": 2}"#, #"{"tag":"<think>","l":2}"#),
        (#"so {"tag": "</think>", "l": 2}"#, #"{"tag":"</think>","l":2}"#),
        (#"so {"tag": "<think>x</think>", "l": 2} it is"#, #"{"tag":"<think>x</think>","l":2}"#),
        (#"<thinker>{"l": 1}</thinker> {"l": 2}"#, #"{"l":1}"#),
        (#"<think/>{"l": 1} {"l": 2}"#, #"{"l":1}"#),
        (#"[THINK]{"l": 1}[/THINK]{"l": 2}"#, #"{"l":2}"#), (#"<thought>{"l": 1}</thought>{"l": 2}"#, #"{"l":2}"#),
        (#"<seed:think>{"l": 1}</seed:think>{"l": 2}"#, #"{"l":2}"#),
        (#"[think](x) {"l": 1} {"l": 2}"#, #"{"l":1}"#), (#"["THINK", "[THINK]", 1]"#, #"["THINK","[THINK]",1]"#),
        (#"<think>{"l": 1}</think>["`{}`", 2]"#, #"["`{}`",2]"#),
    ])
    func thoughtsAreNoPlaceToLookUnlessNothingElseIsThere(text: String, expected: String) {
        expect(text, gives: expected)
    }

    @Test(
        arguments: [
            (#"{"items":[1,2,3],"x":"#, nil), (#"{"items":[{"a":1},{"b":2"#, nil), (#"[{"a":1}, {"b":"#, nil),
            (#"{"a":[1],"b":tru"#, nil), (#"{"a":[1],"b":-"#, nil), (#"{"a":[1],"b":"\u12"#, nil),
            (#"{"a":[1],"b":"x\"#, nil), (#"{"a":[1],"b":"{\"c\": 1}"#, nil),
            ("```json\n{\"items\":[{\"a\":1},", nil), ("```json\n{\"items\":[{\"a\":1},\n```", nil),
            ("Here:\n```json\n[[1],[2],[3", nil), ("{\"items\":[{\"a\":1},\n\nI ran out of space.", nil),
            ("first [1], then {\"a\":[2],", "[1]"), ("```json\n[1]\n```\n```json\n[[2],", "[1]"),
            (#"{"x": [1], "y": {"a": 1}, oops"#, nil), (#"use `[1]` as in {"a": "`[2]`", "b": "#, "[1]"),
            (#"{"a": "`[2]`", "b": "#, nil), (#"<think>{"l": 1}</think>{"l": 2, "m": "#, nil),
            ("set { of {\"a\": 1}", #"{"a":1}"#), ("see [1 and {\"a\": 1}", #"{"a":1}"#),
        ] as [(String, String?)])
    func whatIsCutOffIsNotJSONButWhatCameBeforeItIs(text: String, expected: String?) {
        expect(text, gives: expected)
    }

    @Test(arguments: [
        ("```python\nprint({})\n```\n```json\n{\"b\": 1}\n```", #"{"b":1}"#),
        ("~~~python\nprint({})\n~~~\n~~~json\n{\"b\": 1}\n~~~", #"{"b":1}"#),
        ("~~~\n```json\n[0]\n```\n~~~\nso\n  ~~~json\n{\"b\": 1}\n~~~\n", #"{"b":1}"#),
        ("about ~~~ {\"b\": 1} ~~~\n[2]", #"{"b":1}"#),
        ("```\n{\"a\": 1}\n```\n```JSON\n{\"b\": 1}\n```", #"{"b":1}"#),
        ("```js\n[0]\n```\n```\n{\"a\": 1}\n```", #"{"a":1}"#),
        ("```\nls\n```\n```jsonc\n[1]\n```\n", "[1]"),
        ("```ts\nf({})\n```json5\n[1]\n```", "[1]"),
        ("{\"x\": 0}\n```json title=\"a.json\"\n{\"b\": 1}\n```", #"{"b":1}"#),
        ("`{}`\n```json\nThe answer: {\"b\": 1}\n```", #"{"b":1}"#),
        ("{}\n```json\n{\"b\": 1}", #"{"b":1}"#),
        ("```\n```json\n[1]\n```", "[1]"),
        ("```python\nx = {\"a\": 1}\n```", #"{"a":1}"#),
    ])
    func codeThatSaysItIsJSONComesFirst(text: String, expected: String) {
        expect(text, gives: expected)
    }

    /// Each would take hours if it were read anew from each of its tags, fences or openings.
    @Test(arguments: [
        "<think>", "</think>", "<think>{", "{\"a\":</think>", "<think>[1,", "<", "<think ", "```json\n{", "```json a",
        "```md\n", "{\"a\":[1],x", "[1,{\"b\":", "{\"a\": `[1]`,", "\"\\u12", "```a\n```json\n[1,\n",
    ])
    func longPatternsAreReadAFewTimes(piece: String) {
        _ = JSONExtraction.extract(String(repeating: piece, count: 60_000 / piece.utf8.count))
    }
}
