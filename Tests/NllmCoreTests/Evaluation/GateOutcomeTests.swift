import Testing

@testable import NllmCore

/// Gates held against the figures of a run.
@Suite struct GateOutcomeTests {
    private static func figures() -> NightFigures {
        let all = NightFigures.Totals(
            cells: 400, errors: 4, noVerdicts: 10, passRate: 0.9, score: 0.85, latencyP95: 7.25, cost: 2.5)
        let weak = NightFigures.Totals(cells: 200, errors: 4, passRate: 0.8, score: 0.8)
        return NightFigures(all: all, models: ["gpt": all, "weak": weak], metrics: ["tone": 0.65, "none": nil])
    }

    private static func outcome(_ text: String, _ figures: NightFigures = figures()) throws -> GateOutcome {
        GateOutcome(try GateExpression(text), figures)
    }

    @Test(arguments: [
        ("pass_rate >= 0.9", true, "pass_rate 0.9 meets 0.9"),
        ("pass_rate >= 95%", false, "pass_rate 0.9 is below 0.95"),
        (#"pass_rate("weak") >= 0.9"#, false, "pass_rate of `weak` 0.8 is below 0.9"),
        ("score >= 0.8", true, "score 0.85 meets 0.8"),
        ("errors <= 1%", true, "errors 1% (4 of 400 cells) meets 1%"),
        ("errors <= 0.9%", false, "errors 1% (4 of 400 cells) is above 0.9%"),
        ("errors <= 0", false, "errors 4 of 400 cells is above 0"),
        ("errors <= 4", true, "errors 4 of 400 cells meets 4"),
        (#"errors("weak") <= 1%"#, false, "errors of `weak` 2% (4 of 200 cells) is above 1%"),
        ("no_verdicts <= 2%", false, "no_verdicts 2.5% (10 of 400 cells) is above 2%"),
        ("latency_p95 <= 8s", true, "latency_p95 7.25 s meets 8 s"),
        ("latency_p95 <= 7249ms", false, "latency_p95 7.25 s is above 7.249 s"),
        (#"latency_p95("weak") <= 8s"#, false, "latency_p95 of `weak` is unknown: no duration is known"),
        ("cost <= 2.50", true, "cost 2.5 meets 2.5"), ("cost <= 2.4999", false, "cost 2.5 is above 2.4999"),
        (#"metric("tone") >= 0.7"#, false, "metric `tone` 0.65 is below 0.7"),
        (#"metric("tone") <= 0.7"#, true, "metric `tone` 0.65 meets 0.7"),
        (#"metric("none") >= 0"#, false, "metric `none` is unknown: no answer has a value"),
        ("errors <= 9223372036854775807", true, "errors 4 of 400 cells meets 9.223372036854776e+18"),
    ]) func figuresAreHeldAgainstTheirLimits(text: String, passes: Bool, reason: String) throws {
        let outcome = try Self.outcome(text)
        #expect(outcome.result == (passes ? .passed : .failed))
        #expect(outcome.reason == reason)
    }

    @Test func roundingOfSumsAndPercentagesDecidesNothing() throws {
        var figures = Self.figures()
        figures.all.passRate = [Double](repeating: 0.1, count: 10).reduce(0, +) - 0.1
        #expect(try Self.outcome("pass_rate >= 90%", figures).result == .passed)
        figures.all.passRate = 0.8999
        #expect(try Self.outcome("pass_rate >= 90%", figures).reason == "pass_rate 0.8999 is below 0.9")
    }

    @Test func withoutAnyVerdictARateFails() throws {
        var figures = Self.figures()
        figures.all = NightFigures.Totals(cells: 3, errors: 3)
        #expect(try Self.outcome("pass_rate >= 0", figures).result == .failed)
        #expect(try Self.outcome("pass_rate >= 0", figures).reason == "pass_rate is unknown: no answer has a verdict")
        figures.all = NightFigures.Totals()
        #expect(try Self.outcome("errors <= 0%", figures).result == .passed)
    }

    @Test(arguments: [
        (#"pass_rate("gtp") >= 0.9"#, "unknown model `gtp`; use one of `gpt`, `weak`; did you mean `gpt`?"),
        (#"metric("tune") >= 0.9"#, "unknown metric `tune`; use one of `none`, `tone`; did you mean `tone`?"),
        ("no_regression", "the run belongs to no series; name one with --series, or a --baseline"),
    ]) func whatMeansNothingCannotBeEvaluated(text: String, reason: String) throws {
        let outcome = try Self.outcome(text)
        #expect(outcome.result == .cannotBeEvaluated)
        #expect(outcome.reason == reason)
    }

    @Test func assertionsAreNeededWhereGatesAreAboutThem() throws {
        var figures = Self.figures()
        figures.hasAssertions = false
        for text in ["pass_rate >= 0", "score >= 0", "no_verdicts <= 0", "no_regression", "no_broken_prompts"] {
            let outcome = try Self.outcome(text, figures)
            #expect(outcome.result == .cannotBeEvaluated)
            #expect(outcome.reason.hasPrefix("there are no assertions"))
        }
        for text in ["errors <= 1%", "latency_p95 <= 8s", "cost <= 2.50"] {
            #expect(try Self.outcome(text, figures).result == .passed)
        }
        #expect(
            try GateExpression(#"metric("x") >= 1"#).flaw(labels: ["m"], metrics: [], hasAssertions: true)
                == "unknown metric `x`; there is none")
    }

    @Test func anUnknownCostIsNotTakenForNothing() throws {
        var figures = Self.figures()
        figures.all.unknownCosts = 2
        let outcome = try Self.outcome("cost <= 3", figures)
        #expect(outcome.result == .cannotBeEvaluated)
        #expect(outcome.reason == "the cost of 2 cells is unknown; add the model's price to `costs`")
        // What is known is too much already.
        #expect(try Self.outcome("cost <= 2", figures).result == .failed)
    }

    @Test func theReportDecidesAboutRegressions() throws {
        var figures = Self.figures()
        let broken = PromptHistory.asked("a", tonight: .passed(0, of: 6))
        let history = NightHistory(label: "m", prompts: PromptHistory.steady(50) + [broken])
        figures.report = NightReport([history], seed: 1)
        for text in ["no_regression", "no_broken_prompts"] {
            #expect(try Self.outcome(text, figures).result == .failed)
            #expect(try Self.outcome(text, figures).reason == "m: 1 broken: `a`")
        }
        figures.report = NightReport([NightHistory(label: "m", prompts: PromptHistory.steady(50))], seed: 1)
        #expect(try Self.outcome("no_regression", figures).result == .passed)
        #expect(try Self.outcome("no_regression", figures).reason.hasPrefix("m: no drop found"))
        #expect(try Self.outcome("no_broken_prompts", figures).reason == "no prompt is known to be broken")
    }
}
