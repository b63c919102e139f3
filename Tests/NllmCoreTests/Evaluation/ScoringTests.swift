import Testing

@testable import NllmCore

@Suite struct ScoringTests {
    private func parts(_ verdicts: [(Double?, Double)]) -> [Scoring.Part] {
        verdicts.enumerated().map { index, part in
            let verdict = part.0.map { Verdict.scored($0, passed: $0 == 1, reason: "r\(index)") } ?? .none("n\(index)")
            return Scoring.Part(name: "t", weight: part.1, verdict: verdict)
        }
    }

    @Test func withoutAThresholdAFailWinsOverNoVerdict() {
        #expect(
            Scoring.verdict(parts([(1, 1), (0, 1), (nil, 1)]), threshold: nil)
                == .scored(0.5, passed: false, reason: "t: r1"))
        #expect(Scoring.verdict(parts([(1, 1), (nil, 1), (nil, 1)]), threshold: nil) == .none("t: n1 (and 1 more)"))
        #expect(Scoring.verdict(parts([(1, 3), (1, 1)]), threshold: nil) == .passed(true))
        #expect(Scoring.verdict(parts([(0, 3), (1, 1)]), threshold: nil).score == 0.25)
    }

    @Test func whatHasNoWeightDecidesNothing() {
        #expect(Scoring.verdict(parts([(1, 1), (0, 0), (nil, 0)]), threshold: nil) == .passed(true))
        #expect(Scoring.verdict(parts([(0, 0)]), threshold: 0.5) == .passed(true))
        #expect(Scoring.verdict([], threshold: nil) == .passed(true))
    }

    @Test func withAThresholdTheScoreDecides() {
        #expect(Scoring.verdict(parts([(1, 1), (0, 1)]), threshold: 0.5).passed == true)
        let failed = Scoring.verdict(parts([(1, 1), (0, 1)]), threshold: 0.6)
        #expect(failed == .scored(0.5, passed: false, reason: "a score of 0.5, below 0.6; t: r1"))
        let tenths = [(1.0, 0.1), (1, 0.1), (1, 0.1), (0, 0.7)].map { (Optional($0.0), $0.1) }
        #expect(Scoring.verdict(parts(tenths), threshold: 0.3).passed == true)
    }

    @Test func missingVerdictsLeaveWhatBothExtremesAgreeOn() {
        #expect(Scoring.verdict(parts([(1, 3), (nil, 1)]), threshold: 0.75) == .scored(1, passed: true))
        #expect(Scoring.verdict(parts([(0, 3), (nil, 1)]), threshold: 0.5).passed == false)
        #expect(Scoring.verdict(parts([(1, 1), (nil, 1)]), threshold: 0.6) == .none("t: n1"))
        #expect(Scoring.verdict(parts([(nil, 1)]), threshold: 0).passed == true)
    }

    @Test func hugeWeightsStayFinite() {
        let huge = Double.greatestFiniteMagnitude
        #expect(Scoring.verdict(parts([(1, huge), (0, huge)]), threshold: nil).score == 0.5)
    }

    @Test func aGradeHasEntriesAndMetrics() throws {
        let json = """
            [{"type": "contains", "value": "a", "metric": "m"}, {"type": "not-contains", "value": "a", "metric": "m", "weight": 3},
             {"type": "latency", "threshold": 1, "metric": "slow"}, {"type": "length", "value": 1, "weight": 0, "metric": "one"},
             {"type": "not-assert-set", "metric": "set", "assert": ["contains:b", {"type": "equals", "value": "a", "metric": "m"}]},
             {"type": "llm-rubric", "value": "good"}]
            """
        let grader = try Grader(Assertion.list(json: JSONParser.parse(json)))
        let grade = grader.grade(CheckedAnswer(text: "a")) {
            $0.type == .llmRubric ? .scored(0.5, passed: true) : .none("")
        }
        #expect(grade.entries.map(\.verdict.passed) == [true, false, nil, true, true, true])
        #expect(grade.entries.map(\.verdict.score) == [1, 0, nil, 1, 0.5, 0.5])
        #expect(grade.entries[4].members.map(\.verdict.score) == [0, 1])
        #expect(grade.metrics == ["m": 0.4, "one": 1, "set": 0.5])
        #expect(grade.passed == false)
        // (1·1 + 0·3 + 0.5·1 + 0.5·1) / (1 + 3 + 1 + 1)
        #expect(grade.score.map { abs($0 - 2.0 / 6) < 1e-12 } == true)
        #expect(grade.verdict.reason == "not-contains: not wanted: the answer contains `a`")
    }

    @Test func variablesMayBeFilledInOnce() throws {
        let assertions = try Assertion.list(json: .array([.string("equals:{{x}}")]))
        #expect(throws: AssertionProblem.self) { try Grader(assertions, variables: .object([])) }
        let grader = try Grader(assertions, threshold: 0.5, variables: .object([.init("x", .string("y"))]))
        #expect(grader.grade(CheckedAnswer(text: "y")) { _ in .none("") }.passed == true)
    }
}
