import Testing

@testable import NllmCore

/// What is read from an answer by `match`, `answer` and `choice`.
@Suite struct ExtractedAnswerTests {
    private func passes(_ assertion: String, _ answer: String) throws -> Bool? {
        let json = assertion.hasPrefix("{") ? try JSONParser.parse(assertion) : .string(assertion)
        return try AssertionCheck(Assertion(json: json)).verdict(on: CheckedAnswer(text: answer)).passed
    }

    @Test(arguments: [
        ("#### 18", true), ("It is 5.\n#### 18 for 3 days", true), ("####18", true), ("18 and then 19", false),
        ("(18)", true), ("$18.00.", true),
        ("x = 18!", true), ("18%", false), ("18th", false), ("-18", false), ("\u{2212}18", false), ("1.8e1", true),
        ("", false), ("+18", true),
        ("#### unknown, but 18", true),
    ])
    func theLastNumberCounts(answer: String, passes: Bool) throws {
        #expect(try self.passes(#"{"type":"match","value":"18","numeric":true}"#, answer) == passes)
    }

    @Test func numbersOfAnySizeAreExact() throws {
        let assertion = #"{"type":"match","value":"18446744073709551616","numeric":true}"#
        #expect(try passes(assertion, "2^64 is 18,446,744,073,709,551,616.") == true)
        #expect(try passes(assertion, "2^64 is 18,446,744,073,709,551,615.") == false)
    }

    @Test func oneOfSeveralTextsMatches() throws {
        #expect(try passes(#"{"type":"match","value":["60","60%"],"numeric":true}"#, "It is 60%") == true)
        #expect(try passes(#"{"type":"match","value":["Rome","Paris"]}"#, "It is *Paris*.") == true)
        #expect(try passes(#"{"type":"match","value":"paris","ignore_case":false}"#, "Paris") == false)
        #expect(try passes(#"{"type":"f1","value":["x y","red green"]}"#, "red green") == true)
    }

    @Test(arguments: [
        ("B", "**Answer:** B", true), ("B", "ANSWER: A\nNo.\nANSWER: B", true),
        ("B", "ANSWER: $LETTER\nANSWER: b.", true), ("yes", "answer : Yes, it is", true),
        ("42 apples", "ANSWER: **42 apples**\n", true), ("42 apples", "ANSWER:", false),
        ("B", "The answer is B", false), ("B", "ANSWER: ½", false),
    ])
    func theTextBehindTheMarkIsTheAnswer(wanted: String, answer: String, passes: Bool) throws {
        #expect(try self.passes("answer:" + wanted, answer) == passes)
    }

    @Test(arguments: [
        ("B", "b", true), ("B", "B) Berlin", true), ("B", "B. Berlin", true), ("A", "A dog is not (B).", false),
        ("B", "A dog is not (B).", true),
        ("I", "I think it is (C)", false), ("A,C", "ANSWER: A and C", true), ("A,C", "ANSWER: (C), (A)", true),
        ("C", "The answer is: **C**", true), ("C", "the correct answer is C, as", true),
        ("A", "The answer is a cat", false), ("A", "ANSWER: A cat. Or: ANSWER: B", false),
        ("B", "B.C. was long ago", false), ("B", "", false),
        ("B", "ANSWER: none", false), ("A", "ANSWER: A is correct", true), ("A", "ANSWER: A, I think", true),
    ])
    func theOptionIsFound(wanted: String, answer: String, passes: Bool) throws {
        #expect(try self.passes("choice:" + wanted, answer) == passes)
    }
}
