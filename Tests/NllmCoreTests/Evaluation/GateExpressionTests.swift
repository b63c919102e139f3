import Testing

@testable import NllmCore

/// Gates as users write them.
@Suite struct GateExpressionTests {
    private typealias Condition = GateExpression.Condition

    private static func flaw(_ text: String) -> String? {
        do throws(GateFlaw) {
            _ = try GateExpression(text)
            return nil
        } catch { return error.plainText }
    }

    @Test func gatesAreRead() throws {
        let expected: [(String, Condition)] = [
            ("pass_rate >= 0.9", .limit(.passRate, name: nil, .atLeast, .number(0.9))),
            ("pass_rate>=90%", .limit(.passRate, name: nil, .atLeast, .number(0.9))),
            ("  score \t>= 0.8 ", .limit(.score, name: nil, .atLeast, .number(0.8))),
            ("errors <= 1%", .limit(.errors, name: nil, .atMost, .share(0.01))),
            ("errors <= 0", .limit(.errors, name: nil, .atMost, .count(0))),
            ("no_verdicts <= 2%", .limit(.noVerdicts, name: nil, .atMost, .share(0.02))),
            ("latency_p95 <= 8s", .limit(.latencyP95, name: nil, .atMost, .duration(8))),
            ("latency_p95 <= 500ms", .limit(.latencyP95, name: nil, .atMost, .duration(0.5))),
            ("latency_p95 <= 1.5m", .limit(.latencyP95, name: nil, .atMost, .duration(90))),
            ("cost <= 2.50", .limit(.cost, name: nil, .atMost, .number(2.5))),
            ("cost <= $2", .limit(.cost, name: nil, .atMost, .number(2))),
            (#"metric("tone of it") >= 0.7"#, .limit(.metric, name: "tone of it", .atLeast, .number(0.7))),
            (#"metric( 'a"b' ) <= -3e2"#, .limit(.metric, name: #"a"b"#, .atMost, .number(-300))),
            (#"pass_rate("gpt (new)") >= 0.9"#, .limit(.passRate, name: "gpt (new)", .atLeast, .number(0.9))),
            ("no_regression", .noRegression), (" no_broken_prompts ", .noBrokenPrompts),
        ]
        for (text, condition) in expected {
            #expect(try GateExpression(text).condition == condition)
        }
        #expect(try GateExpression("  cost   <= 2 ").text == "cost   <= 2")
    }

    @Test(arguments: [
        ("pas_rate >= 0.9", "unknown gate `pas_rate`; use one of `pass_rate`, `score`, `errors`,"),
        ("Pass_Rate >= 0.9", "unknown gate `Pass_Rate`; use one of `pass_rate`"),
        ("pass_rate", "the gate `pass_rate` needs a limit, as in `pass_rate >= 0.9`"),
        ("pass_rate <= 0.9", "the gate `pass_rate` takes `>=`, as in `pass_rate >= 0.9`"),
        ("errors < 1%", "the gate `errors` takes `<=`, as in `errors <= 1%`"),
        (#"metric("x") = 1"#, #"the gate `metric` takes `>=` or `<=`, as in `metric("NAME") >= 0.7`"#),
        ("metric >= 1", #"the gate `metric` needs a name, as in `metric("NAME") >= 0.7`"#),
        (#"metric("") >= 1"#, #"the gate `metric` needs a name, as in `metric("NAME") >= 0.7`"#),
        ("pass_rate >= 90", "the limit of the gate `pass_rate` is `90` but must be 0 to 1, or 0% to 100%"),
        ("score >= 101%", "the limit of the gate `score` is `101%` but must be 0 to 1, or 0% to 100%"),
        ("score >= nan", "the limit of the gate `score` is `nan` but must be"),
        ("cost <= inf", "the limit of the gate `cost` is `inf` but must be a number of US dollars"),
        ("cost <= -1", "the limit of the gate `cost` is `-1` but must be a number of US dollars"),
        ("errors <= 0.01", "the limit of the gate `errors` is `0.01` but must be a whole number of cells, or a share"),
        ("errors <= -1", "the limit of the gate `errors` is `-1` but must be a whole number of cells"),
        ("latency_p95 <= 8", "the limit of the gate `latency_p95` is `8` but must be a duration with its unit"),
        ("latency_p95 <= -8s", "the limit of the gate `latency_p95` is `-8s` but must be"),
        ("no_regression >= 1", "the gate `no_regression` stands alone, without a label or a limit"),
        (#"no_broken_prompts("m")"#, "the gate `no_broken_prompts` stands alone, without a label or a limit"),
        ("", "`` is not a gate; write one such as `pass_rate >= 0.9`, `score >= 0.8`, `errors <= 1%`,"),
        ("pass_rate >= 0.9 and score >= 1", "`pass_rate >= 0.9 and score >= 1` is not a gate; write one such as"),
        ("pass_rate(gpt) >= 0.9", "`pass_rate(gpt) >= 0.9` is not a gate; write one such as"),
        ("a\nb", "`a b` is not a gate; write one such as"),
    ]) func mistakesSayWhatIsAllowed(text: String, start: String) throws {
        let flaw = try #require(Self.flaw(text))
        #expect(flaw.hasPrefix(start), "\(flaw)")
        #expect(!flaw.contains("\n"))
    }

    @Test func aMistypedNameIsGuessed() {
        #expect(Self.flaw("pas_rate >= 1")?.hasSuffix("`no_broken_prompts`; did you mean `pass_rate`?") == true)
        #expect(Self.flaw("no_regresion")?.hasSuffix("; did you mean `no_regression`?") == true)
    }

    @Test func longAndRandomTextsAreReadInLittleTime() {
        let long = String(repeating: " ", count: 50_000)
        let texts = ["a", "(", ">", "\"", "1"].flatMap { piece in
            [
                "pass_rate\(long)\(piece)", String(repeating: piece, count: 50_000) + long + piece,
                "errors <= \(String(repeating: piece, count: 50_000))\(long)x",
            ]
        }
        let start = ContinuousClock.now
        for text in texts { #expect((Self.flaw(text) ?? "").count < 600) }
        #expect(ContinuousClock.now - start < .seconds(30))
        var generator = AnswerGenerator(seed: 3)
        let pieces = [
            "pass_rate", "errors", "metric", "(", "\"m\"", ")", ">=", "<=", "0.9", "1%", "8s", " ", "e", "9e999",
        ]
        for _ in 0..<2000 {
            let count = Int.random(in: 0...8, using: &generator)
            let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            guard let gate = try? GateExpression(text) else { continue }
            #expect((try? GateExpression(gate.text))?.condition == gate.condition)
        }
    }

    @Test func errorsAndMissingVerdictsAreLimitedUnlessSaidOtherwise() throws {
        func complete(_ texts: [String], asksOthers: Bool) throws -> [String] {
            GateExpression.complete(try texts.map { try GateExpression($0) }, asksOthers: asksOthers).map(\.text)
        }
        #expect(try complete([], asksOthers: true) == [])
        #expect(try complete(["no_regression"], asksOthers: false) == ["no_regression", "errors <= 0"])
        #expect(try complete(["score >= 1"], asksOthers: true) == ["score >= 1", "errors <= 0", "no_verdicts <= 2%"])
        let given = ["errors <= 5", "no_verdicts <= 50%"]
        #expect(try complete(given, asksOthers: true) == given)
        // A limit for one model says nothing of the others.
        #expect(try complete([#"errors("m") <= 5"#], asksOthers: false) == [#"errors("m") <= 5"#, "errors <= 0"])
        for gate in GateExpression.complete([try GateExpression("no_regression")], asksOthers: true) {
            #expect(try GateExpression(gate.text) == gate)
        }
    }
}
