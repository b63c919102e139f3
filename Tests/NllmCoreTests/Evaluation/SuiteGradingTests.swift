import Testing

@testable import NllmCore

@Suite struct SuiteGradingTests {
    @Test(arguments: SuiteFixture.running.filter { $0.name != "command" })
    func answersGetTheirScores(fixture: SuiteFixture) throws {
        for (cell, made) in try fixture.cells(of: fixture.read()) {
            let expected = try #require(fixture.expectedCells.first { cell.fits(SuiteFixture.Cell($0)) })
            let grade = try Self.grade(made.prompt, answer: cell.answer ?? "", judge: fixture.answer)
            let passed: Bool? = if case .bool(let flag)? = expected["pass"] { flag } else { nil }
            #expect(grade?.passed == passed, "\(cell)")
            guard let score = expected["score"]?.doubleValue else { continue }
            #expect(abs((grade?.score ?? -1) - score) < 0.001, "\(cell)")
        }
    }

    @Test func derivedMetricsAreMadeOfMeans() throws {
        let fixture = try #require(SuiteFixture.running.first { $0.name == "metrics" })
        let suite = try fixture.read()
        var scores: [String: [Double]] = [:]
        for (cell, made) in try fixture.cells(of: suite) {
            let grade = try Self.grade(made.prompt, answer: cell.answer ?? "", judge: fixture.answer)
            for (name, score) in grade?.metrics ?? [:] { scores[name, default: []].append(score) }
        }
        var means = scores.mapValues { $0.reduce(0, +) / Double($0.count) }
        for metric in suite.derivedMetrics { means[metric.name] = metric.expression.value { means[$0] } }
        guard case .object(let expected)? = fixture.expected["metrics"] else { throw DamagedValue("metrics") }
        #expect(means.count == expected.count)
        for member in expected { #expect(means[member.name] == member.value.doubleValue) }
    }

    /// The grade by what is stored with a prompt.
    private static func grade(_ prompt: Prompt, answer: String, judge: (String) -> String?) throws -> Grade? {
        guard let text = prompt.grading else { return nil }
        let grading = try JSONParser.parse(text)
        let variables = try prompt.vars.map { try JSONParser.parse($0) } ?? .object([])
        let assertions = try Assertion.list(json: try #require(grading["assert"]))
        // The same bytes, however often they are read.
        #expect(JSONWriter.text(.array(assertions.map(\.json))) == JSONWriter.text(try #require(grading["assert"])))
        let grader = try Grader(assertions, threshold: grading["threshold"]?.doubleValue, variables: variables)
        let checked = CheckedAnswer(
            text: answer, variables: variables, durationMilliseconds: 1, cost: nil, finishReason: nil)
        return grader.grade(checked) { assertion in
            guard let said = judge(assertion.value?.stringValue ?? ""), let json = try? JSONParser.parse(said),
                case .bool(let passed)? = json["pass"]
            else { return .none("nothing usable") }
            let verdict = Verdict.scored(json["score"]?.doubleValue ?? 0, passed: passed)
            return assertion.isNegated ? verdict.negated(reason: "") : verdict
        }
    }
}
