import Testing

@testable import NllmCore

@Suite struct JSONExtractionTests {
    @Test(arguments: [
        (#"{"a": 1}"#, #"{"a":1}"#),
        ("\n [1, 2]\n", "[1,2]"),
        ("Here it is:\n```json\n{\"a\": 1}\n```\nDone.", #"{"a":1}"#),
        ("```\n[1]\n```", "[1]"),
        ("```JSON {\"a\": 1} ```", #"{"a":1}"#),
        ("see [x], but ```json\n{\"a\": 2}\n```", #"{"a":2}"#),
        ("first [0], then ```json\n{\"a\": 2}\n```", #"{"a":2}"#),
        ("```python\nprint(1)\n```\n```json\n{\"b\": 1}\n```", #"{"b":1}"#),
        ("```json\n{\"code\": \"```sh\\nls\\n```\"}\n```", #"{"code":"```sh\nls\n```"}"#),
        ("the answer is `{\"a\": 1}` indeed", #"{"a":1}"#),
        (#"The analysis shows: {"confidence": 0.95, "x": "}"} and more {"b":2}"#, #"{"confidence":0.95,"x":"}"}"#),
        (#"{not json} but {"a": {"b": []}}"#, #"{"a":{"b":[]}}"#),
        (#"[ {"a": 1}, oops ]"#, #"{"a":1}"#),
        (#"say \"hi\" {"a": "\\\"}"}"#, #"{"a":"\\\"}"}"#),
        ("{{\"a\": 1}}", #"{"a":1}"#),
        ("unfinished {\"a\": [1, 2], \"b\": ", "[1,2]"),
    ])
    func theFirstCompleteValueIsFound(text: String, expected: String) {
        #expect(JSONExtraction.extract(text).map(JSONWriter.text) == expected)
    }

    @Test(arguments: [
        "", "42", "\"text\"", "true", "no json here", "{", "[[[", "{a: 1}", "```json\n{\"a\":\n```", "}{][",
    ])
    func whatHoldsNoObjectOrArrayGivesNothing(text: String) {
        #expect(JSONExtraction.extract(text) == nil)
    }

    @Test(arguments: ["{", "[", "{\"a\":", "```[", "`{", "[\"", "[1,"])
    func endlessOpeningsAreReadOnce(piece: String) {
        let text = String(repeating: piece, count: 200_000)
        #expect(JSONExtraction.extract(text) == nil)
    }
}
