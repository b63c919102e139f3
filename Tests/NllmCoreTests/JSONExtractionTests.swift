import Foundation
import Testing

@testable import NllmCore

@Suite struct JSONExtractionTests {
    @Test(arguments: [
        (#"{"a": 1}"#, #"{"a":1}"#),
        ("\n [1, 2]\n", "[1,2]"),
        ("{}", "{}"),
        ("[]", "[]"),
        ("\u{A0}\u{2003}\u{3000}[1]\u{85}\u{1C}\u{2028}", "[1]"),
        (#"["`{}`", "```json\n[1]\n```", "{"]"#, #"["`{}`","```json\n[1]\n```","{"]"#),
        (#"{"a": {"b": [1, {"c": null}]}}"#, #"{"a":{"b":[1,{"c":null}]}}"#),
        (#"{"a": 1, "a": 2}"#, #"{"a":1,"a":2}"#),
        (#"[1] and {"a": [2]}, [3]"#, #"{"a":[2]}"#),
        (#"{"a": 1}{"b": 2}"#, #"{"a":1}"#),
        ("{\"a\": 1}\n{\"b\": 2}\n", #"{"a":1}"#),
        ("[1]\n[2]", "[1]"),
        ("\u{FEFF}{\"a\": 1}", #"{"a":1}"#),
    ])
    func anAnswerThatIsJSONIsTakenAsAWhole(text: String, expected: String) {
        #expect(JSONExtraction.extract(text).map(JSONWriter.text) == expected)
    }

    @Test(arguments: [
        ("Here it is:\n```json\n{\"a\": 1}\n```\nDone.", #"{"a":1}"#),
        ("```\n[1]\n```", "[1]"),
        ("```JSON \t\r\n\r\n {\"a\": 1}\r\n```\r\n", #"{"a":1}"#),
        ("```json\u{A0}\n{\"a\": 1}\n\u{2003}\n```", #"{"a":1}"#),
        ("```JSON {\"a\": 1} ```", #"{"a":1}"#),
        ("```json\n{\"a\": 1}```", #"{"a":1}"#),
        ("```json\n{\"a\": 1}\n", #"{"a":1}"#),
        ("```python\n{\"a\": 1}\n```", #"{"a":1}"#),
        ("```jsonc\n[{\"a\": 1}]\n```", #"[{"a":1}]"#),
        ("```\n\n\n```\n```json\n[2]\n```", "[2]"),
        ("see {\"x\": 0}, but ```json\n{\"a\": 2}\n```", #"{"a":2}"#),
        ("first [0], then ```json\n{\"a\": 2}\n```", #"{"a":2}"#),
        ("{\"x\": 0} ```json\n[2]\n```", "[2]"),
        ("```json\n{broken}\n```\n```json\n{\"b\": 1}\n```", #"{"b":1}"#),
        ("```json\n[1]\n```\n```json\n{\"b\": 1}\n```", "[1]"),
        ("```json\n[ {\"a\": 1}, oops ]\n```", #"{"a":1}"#),
        ("```python\nprint(1)\n```\n```json\n{\"b\": 1}\n```", #"{"b":1}"#),
        ("````markdown\n```json\n{\"a\": 1}\n```\n````", #"{"a":1}"#),
        ("```json\n{\"code\": \"```sh\\nls\\n```\"}\n```", #"{"code":"```sh\nls\n```"}"#),
        ("```json\n{\"code\": \"`[1]`\"}\n```", #"{"code":"`[1]`"}"#),
        ("```json\n{\"code\": \"`[1]`\"}```", #"{"code":"`[1]`"}"#),
        ("use `{\"i\": 1}`:\n```json\n{\"a\": 1}\n```", #"{"a":1}"#),
        ("the answer is `{\"a\": 1}` indeed", #"{"a":1}"#),
        ("the answer is ` [1]\n` indeed", "[1]"),
        ("see {\"x\": 0} or `[1]`", "[1]"),
        ("`x` and `[1]` and `{\"a\": 1}`", "[1]"),
        ("``{\"a\": \"`\"}``", #"{"a":"`"}"#),
        ("a `b` {\"c\": 1} `d`", #"{"c":1}"#),
        ("a ` {\"c\": 1} ` d", #"{"c":1}"#),
        (#"it is {"cmd": "run `[1]` now", "ok": true}"#, #"{"cmd":"run `[1]` now","ok":true}"#),
        (#"it is ["`{}`", 1], and {"a": 1}"#, #"["`{}`",1]"#),
    ])
    func codeComesBeforeProse(text: String, expected: String) {
        #expect(JSONExtraction.extract(text).map(JSONWriter.text) == expected)
    }

    @Test(arguments: [
        (#"The analysis shows: {"confidence": 0.95, "x": "}"} and more {"b":2}"#, #"{"confidence":0.95,"x":"}"}"#),
        (#"see [1] and {"a":1}"#, #"{"a":1}"#),
        (#"[1] then {"a":1}"#, #"{"a":1}"#),
        (#"see [1], [2] and [x]"#, "[1]"),
        (#"they are [{"a":1},{"b":2}] in all"#, #"[{"a":1},{"b":2}]"#),
        (#"they are [[], [[{}]]], not {"a":1}"#, "[[],[[{}]]]"),
        (#"they are [[], [[1]]], not {"a":1}"#, #"{"a":1}"#),
        (#"[ {"a": 1}, oops ]"#, #"{"a":1}"#),
        (#"[[1, 2], oops ]"#, "[1,2]"),
        (#"{not json} but {"a": {"b": []}}"#, #"{"a":{"b":[]}}"#),
        (#"say \"hi\" {"a": "\\\"}"}"#, #"{"a":"\\\"}"}"#),
        ("{{\"a\": 1}}", #"{"a":1}"#),
        (#"he wrote {"a": "text {"b": 1} and went"#, #"{"b":1}"#),
        (#"{"a": an "odd" one, "b": {"c": "]"}}"#, #"{"c":"]"}"#),
        (#"the list ["{", {"a": 1}] of"#, #"["{",{"a":1}]"#),
        (#"the list ["use {} here"] of"#, #"["use {} here"]"#),
        (#"so {"a": "{", "b": {"c": "}}}"}}, {}"#, #"{"a":"{","b":{"c":"}}}"}}"#),
        (#"first ["[", "x"] then ["y"]"#, #"["[","x"]"#),
        ("{\"a\": \"two\nlines\", \"b\": {\"c\": 1}}", #"{"c":1}"#),
        (#"f(x) { return [1, 2]; }"#, "[1,2]"),
        (#"\{"a": 1\} or {"b": 2}"#, #"{"b":2}"#),
        (#"{'a': 1} or {"b": 2,} or {"c": 3}"#, #"{"c":3}"#),
        (#"set {} of {"a": 1}"#, "{}"),
        ("é😀{\"ü\": \"😀\"}é", #"{"ü":"😀"}"#),
    ])
    func proseGivesItsFirstObjectElseItsFirstArray(text: String, expected: String) {
        #expect(JSONExtraction.extract(text).map(JSONWriter.text) == expected)
    }

    @Test(arguments: [
        ("[NaN, Infinity, -Infinity, -1]", "[null,null,null,-1]"),
        (#"so {"a": NaN} it is"#, #"{"a":null}"#),
        (#"["\ud800", "\udc00\ud83d", "\ud83d\ude00", "\ud800\u0041", "\ud800\n"]"#, #"["�","��","😀","�A","�\n"]"#),
        (#"[Nan] or [1]"#, "[1]"),
        (#"["\ud800\u00"] or [1]"#, "[1]"),
        ("[-Inf] or [1]", "[1]"),
    ])
    func whatPythonReadsBeyondJSONIsMadeJSON(text: String, expected: String) {
        #expect(JSONExtraction.extract(text).map(JSONWriter.text) == expected)
    }

    @Test(arguments: [
        "", " ", "42", "\"text\"", "true", "NaN", "no json here", "{", "[[[", "{a: 1}", "```json\n{\"a\":\n```", "}{][",
        "```", "`", "```json\n", "`{`", "{\"a\": 1", "[1,]", "[01]", "[\"\t\"]", "\"{", "{\"", "\\", "[\"\\",
    ])
    func whatHoldsNoObjectOrArrayGivesNothing(text: String) {
        #expect(JSONExtraction.extract(text) == nil)
    }

    /// Read anew from each opening, these would keep a test busy for hours.
    @Test(arguments: [
        ("{", nil), ("[", nil), ("{\"a\":", nil), ("```[", nil), ("`{", nil), ("[\"", nil), ("[1,", nil), ("{}[", "{}"),
        ("{\"a\":[1,2],", nil), ("`{\"a\":1", nil), ("```json\n{\"a\":1\n", nil), ("[\"\\\"{", nil),
        ("{\"{\":\"[\"", nil), ("[[],", nil), ("`[1,]`", nil), ("```\n", nil), ("[\"\\ud800", nil),
    ])
    func endlessOpeningsAreReadAFewTimes(piece: String, expected: String?) {
        let text = String(repeating: piece, count: 60_000 / piece.utf8.count)
        #expect(JSONExtraction.extract(text).map(JSONWriter.text) == expected)
    }

    @Test(arguments: [(512, true), (513, false), (100_000, false)])
    func deepNestingFitsASmallStack(levels: Int, isFound: Bool) async {
        let array = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        let isWhole = await withCheckedContinuation { continuation in
            let thread = Thread {
                continuation.resume(returning: JSONExtraction.extract("so \(array)").map(JSONWriter.text) == array)
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        #expect(isWhole == isFound)
    }
}
