import Foundation

@testable import NllmCore

/// Nights for the tests of reports.
enum NightScene {
    static let created = Date(milliseconds: 1_764_378_000_123)
    static let evaluated = Date(milliseconds: 1_764_381_600_456)

    static func run(_ name: String = "nightly_2026-11-29", series: String? = "nightly.yaml") -> NightRun {
        NightRun(name: name, series: series, createdAt: created, evaluatedAt: evaluated, baseline: "history")
    }

    /// A night on which one model broke a prompt and another is new.
    static func night() throws -> NightResult {
        let broken = [
            PromptHistory.asked("q1", tonight: .passed(0, of: 6)),
            PromptHistory.asked("q2", tonight: .passed(0), brokenSince: Date(milliseconds: 1_763_900_000_000)),
            PromptHistory.asked("q3", tonight: .passed(0), confirming: [.passed]),
            PromptHistory.asked("q4", tonight: nil),
        ]
        let report = NightReport(
            [
                NightHistory(label: "gpt", prompts: PromptHistory.steady(50) + broken),
                NightHistory(label: "new", prompts: [PromptHistory(id: "q1", tonight: .passed(1))]),
                NightHistory(label: "old", prompts: [.asked("q1", tonight: nil)]),
            ], seed: 1)
        let all = NightFigures.Totals(
            cells: 54, errors: 1, noVerdicts: 2, passRate: 0.925, score: 0.9, latencyP95: 8.25, cost: 1.25,
            unknownCosts: 3)
        let new = NightFigures.Totals(cells: 1, passRate: 1, score: 1, cost: 0.0625)
        let figures = NightFigures(
            all: all, models: ["gpt": all, "new": new], metrics: ["tone": 0.5, "none": nil], report: report)
        let outcomes = try ["pass_rate >= 0.9", "no_regression", #"metric("tune") >= 1"#].map {
            GateOutcome(try GateExpression($0), figures)
        }
        let facts = [
            NightModel.Facts(
                label: "gpt", passed: 50, failed: 4, interval: 0.85...0.975, tokensIn: 1200, tokensOut: 3400,
                served: [ServedModel(model: "gpt-2026-11", fingerprint: "fp_1", cells: 53)]),
            NightModel.Facts(label: "new", passed: 1),
        ]
        var night = NightResult(run(), figures: figures, outcomes: outcomes, models: facts)
        night.judging = NightRequests(cells: 12, noVerdicts: 1, cost: 0.25)
        night.confirming = NightRequests(cells: 6, cost: 0.125)
        night.events = ["gpt: the provider serves another model"]
        night.excerpts = [
            NightExcerpt(id: "q1", label: "gpt", wholeReason: "equals: not `4`", wholeAnswer: "It is\n5")
        ]
        return night
    }
}
