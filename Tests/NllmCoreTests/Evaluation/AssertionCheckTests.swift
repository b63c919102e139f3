import Testing

@testable import NllmCore

@Suite struct AssertionCheckTests {
    private func verdict(_ assertion: String, _ answer: String, variables: String = "{}") throws -> Verdict {
        let json = assertion.hasPrefix("{") ? try JSONParser.parse(assertion) : .string(assertion)
        return try AssertionCheck(Assertion(json: json))
            .verdict(on: CheckedAnswer(text: answer, variables: try JSONParser.parse(variables)))
    }

    private func passes(_ assertion: String, _ answer: String) throws -> Bool? { try verdict(assertion, answer).passed }

    @Test(arguments: [
        ("equals:yes", "no", "expected `yes`, found `no`"), ("equals:", "x", "expected nothing, found `x`"),
        ("equals:The quick brown fox jumps", "The quick brown fox sits", "; they differ from character 21 on"),
        (#"{"type":"equals","value":[1]}"#, "[2]", "expected `[1]`, found `[2]`"),
        ("contains:yes", "no\nno", "expected `yes` in `no no`"),
        ("not-contains:no", "no", "not wanted: the answer contains `no`"),
        ("contains-any:a,b", "c", "expected one of `a`, `b`, found `c`"),
        ("starts-with:a", "b", "start with `a`, found `b`"),
        ("regex:a+$", "b", "expected a match of `a+$` in `b`"), ("is-json", "", "expected JSON, found nothing: "),
        ("word-count:3", "a b", "expected 3 words, found 2"),
        (#"{"type":"length","value":{"max":1}}"#, "ab", "expected at most 1 characters, found 2"),
        ("levenshtein(1):kitten", "sitting", "expected at most 1 edits from `kitten`, found more in `sitting`"),
        ("rouge-n(0.8):a b c", "a b", "expected a score of at least 0.8, found 0.66"),
        ("match:Rome", "It is Paris", "expected `Rome` at the end, found `It is Paris`"),
        (#"{"type":"match","value":7,"numeric":true}"#, "7, or 8", "expected `7` at the end, found the number 8"),
        ("answer:B", "ANSWER: C", "expected `B`, found `C`"), ("choice:B", "(C)", "expected option B, found C"),
        (#"json-path:$.a > 3"#, #"{"a":3}"#, "expected `$.a > 3`, found `3` there"),
    ])
    func aFailSaysWhatWasExpectedAndFound(assertion: String, answer: String, reason: String) throws {
        let verdict = try verdict(assertion, answer)
        #expect(verdict.passed == false)
        #expect(verdict.reason.contains(reason), "\(verdict.reason)")
    }

    @Test(arguments: [
        "equals:b", "contains:b", "is-json", "choice:B", "match:b", "regex:b", "levenshtein:b", "answer:b",
    ])
    func aReasonIsOneShortLine(assertion: String) throws {
        let reason = try verdict(assertion, String(repeating: "a\u{202E}\n\u{1B}[31m", count: 10_000)).reason
        #expect(!reason.isEmpty && reason.count < 400)
        #expect(reason == reason.printable)
    }

    @Test func aPassNeedsNoReason() throws {
        #expect(try verdict("contains:a", "a").reason.isEmpty)
        #expect(try verdict("not-contains:b", "a").reason.isEmpty)
    }

    @Test func variablesComeFromTheAnswerOrAtOnce() throws {
        #expect(try verdict("contains:{{x}}", "a7", variables: #"{"x":7}"#).passed == true)
        #expect(try verdict("contains:{{x}}", "{{x}}", variables: #"{"x":"{{x}}"}"#).passed == true)
        let missing = try verdict("not-contains:{{x}}", "a")
        #expect(missing == .none("`value` of `contains` cannot be filled in: no variable `x`"))
        let assertion = try Assertion(text: "regex:{{x}}")
        #expect(throws: AssertionProblem.self) { try AssertionCheck(assertion, variables: .object([])) }
        #expect(throws: AssertionProblem.self) {
            try AssertionCheck(assertion, variables: .object([.init("x", .string("("))]))
        }
        let check = try AssertionCheck(assertion, variables: .object([.init("x", .string("^a+$"))]))
        #expect(check.verdict(on: CheckedAnswer(text: "aa")).passed == true)
        #expect(check.assertion == assertion)
    }

    @Test(arguments: [
        "regex:(", "is-json:{type: nope}", "is-json:'[", "json-path:a.b", "json-path:$.a =~ 3", "json-path:$.a >",
        "json-path:$.a > x",
        "json-path:$.a[x]", "json-path:$..", "json-path:$['a", "json-path:$.a regex (", "word-count:many",
        "choice:Paris", "match:!!!",
        "rouge-n:  ", "f1:the", #"{"type":"json-path","value":{"equals":1}}"#,
        #"{"type":"json-path","value":{"path":"$","regex":[1]}}"#,
        #"{"type":"json-path","value":{"path":"$.a","exists":false,"equals":1}}"#,
        #"{"type":"json-path","value":{"path":"$","equal":1}}"#,
        #"{"type":"match","value":"x","numeric":true,"tolerance":1}"#,
    ])
    func aValueOfNoUseIsRefused(assertion: String) throws {
        #expect(throws: AssertionProblem.self) { try verdict(assertion, "") }
    }

    @Test func aFileWaitsForWhoeverReadsIt() throws {
        var assertion = try Assertion(text: "is-json:file://schemas/a.json")
        #expect(assertion.file == "schemas/a.json")
        #expect(throws: AssertionProblem.self) { try AssertionCheck(assertion) }
        assertion.value = .string("type: array")
        try assertion.validate()
        #expect(try AssertionCheck(assertion).verdict(on: CheckedAnswer(text: "[]")).passed == true)
    }

    @Test(arguments: ["grade:good", "similar:x", "command:x", "grade:{{x}}"])
    func whatIsDecidedElsewhereHasNoCheck(line: String) throws {
        let assertion = try Assertion(text: line)
        #expect(throws: AssertionProblem.self) {
            try AssertionCheck(assertion, variables: .object([.init("x", .string("y"))]))
        }
    }

    @Test func patternsGiveUp() throws {
        let verdict = try verdict("not-regex:^(a+)+$", String(repeating: "a", count: 40) + "!")
        #expect(verdict.passed == nil && verdict.score == nil)
        #expect(verdict.reason.contains("too many steps"))
    }

    @Test func figuresMayBeUnknown() throws {
        for line in ["latency(100)", "not-cost(1)", "finish-reason:stop"] {
            #expect(try verdict(line, "x").passed == nil)
        }
        let answer = CheckedAnswer(text: "", durationMilliseconds: 120, cost: 0.5, finishReason: "end_turn")
        func known(_ line: String) throws -> Verdict { try AssertionCheck(Assertion(text: line)).verdict(on: answer) }
        #expect(try known("latency(100)").reason == "expected at most 100 ms, found 120 ms")
        #expect(try known("cost(0.5)").passed == true)
        #expect(try known("finish-reason:STOP").passed == true)
        #expect(try known("finish-reason:length").reason == "expected `length`, found `end_turn`")
    }
}
