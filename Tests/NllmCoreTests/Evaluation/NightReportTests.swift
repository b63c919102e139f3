import Foundation
import Testing

@testable import NllmCore

/// What is said about a night, and whether `no_regression` fails.
@Suite struct NightReportTests {
    private static func report(_ histories: [String: [PromptHistory]], _ rule: RegressionRule = .init()) -> NightReport
    {
        let histories = histories.sorted { $0.key < $1.key }.map { NightHistory(label: $0.key, prompts: $0.value) }
        return NightReport(histories, rule: rule, seed: 1)
    }

    private static func model(_ prompts: [PromptHistory], _ rule: RegressionRule = .init()) -> NightReport.Model {
        report(["m": prompts], rule).models[0]
    }

    /// Prompts of which some passed on six of seven nights and fail tonight.
    private static func dropped(_ count: Int, of all: Int) -> [PromptHistory] {
        (0..<all).map { .asked("q\($0)", passes: 6, tonight: .passed($0 < count ? 0 : 1)) }
    }

    @Test func aNightLikeAnyOtherIsNoDrop() {
        let model = Self.model(PromptHistory.steady(20))
        #expect(model.verdict == .noDropFound)
        #expect(model.comparison.drop == 0)
        #expect(model.comparison.bound == 0)
        #expect(model.comparison.pValue == 0.5)
        #expect(model.passes)
        #expect(model.verdictText == "m: no drop found: no change (at most 0 lower; p = 0.5)")
    }

    @Test func manyFailuresAreWorseUnlessTheyAreTooSmallToMatter() throws {
        let prompts = Self.dropped(10, of: 20)
        let model = Self.model(prompts)
        #expect(model.verdict == .worse)
        #expect(!model.passes)
        // 6/7 earlier, 1/2 tonight.
        #expect(areEqual(model.comparison.drop, 100 * (6.0 / 7 - 0.5)))
        let bound = try #require(model.comparison.bound)
        #expect(bound > 35.7 && bound < 60)
        #expect(Self.model(prompts, RegressionRule(minEffect: 40)).verdict == .smallDrop)
        #expect(Self.model(prompts, RegressionRule(minEffect: 40)).passes)
        #expect(Self.model(prompts, RegressionRule(alpha: 1e-6)).verdict == .noDropFound)
        // As large as the least effect that counts, up to rounding.
        #expect(Self.model(prompts, RegressionRule(minEffect: 100 * (6.0 / 7 - 0.5))).verdict == .worse)
        #expect(Self.report(["m": prompts]).regressed)
        #expect(Self.report(["m": prompts]).regressionReason.hasPrefix("m: worse: 35.7 points lower (at most "))
    }

    @Test func aGainIsNoDrop() {
        let prompts = (0..<20).map { PromptHistory.asked("q\($0)", passes: 3, tonight: .passed(1)) }
        #expect(Self.model(prompts).verdict == .noDropFound)
        #expect(Self.model(prompts).verdictText.contains("57.1 points higher"))
    }

    @Test func aDropThatMayBeTooLargeCannotBeTold() {
        let rule = RegressionRule(maxDrop: 5)
        #expect(Self.model(PromptHistory.steady(20), rule).verdict == .noDropFound)
        let model = Self.model(Self.dropped(3, of: 20), rule)
        guard case .cannotTell(let reason) = model.verdict else {
            Issue.record("\(model.verdict)")
            return
        }
        #expect(reason.hasPrefix("a drop of up to 14.9 "))
        #expect(reason.hasSuffix("points cannot be ruled out, and max_drop is 5"))
        #expect(!model.passes)
        // One prompt has no bound.
        #expect(!Self.model(PromptHistory.steady(1), rule).passes)
        #expect(Self.model(PromptHistory.steady(1)).passes)
    }

    @Test func halfOfTheLastNightHasToBeComparable() {
        let gone = (0..<10).map { PromptHistory.asked("gone \($0)", tonight: nil) }
        #expect(Self.model(PromptHistory.steady(10) + gone).verdict == .noDropFound)
        let model = Self.model(PromptHistory.steady(9) + gone)
        #expect(model.verdictText.hasPrefix("m: can't tell: only 9 of the last night's 19 prompts can be compared;"))
        #expect(!model.passes)
        #expect(model.comparison.gone.count == 10)
        // Prompts that only older nights asked do not count.
        let older = gone.map { PromptHistory(id: $0.id, earlier: $0.earlier) }
        #expect(Self.model(PromptHistory.steady(9) + older).verdict == .noDropFound)
        #expect(Self.model(PromptHistory.steady(9) + older).comparison.gone.isEmpty)
    }

    @Test func promptsWithoutTwoValuesAreListed() {
        let prompts =
            PromptHistory.steady(4) + [
                PromptHistory(id: "new", tonight: .passed(0)), .asked("gone", tonight: nil),
                .asked("silent", tonight: .silent),
                PromptHistory(id: "never", earlier: [.silent], wasAskedLast: true, tonight: .passed(1)),
            ]
        let comparison = NightComparison(NightHistory(label: "m", prompts: prompts))
        #expect(comparison.compared == 4)
        #expect(comparison.new == ["new"])
        #expect(comparison.gone == ["gone"])
        #expect(comparison.withoutVerdict == ["silent", "never"])
        #expect(comparison.ofLastNight == NightComparison.Coverage(all: 7, compared: 4))
    }

    @Test func nightsWithoutVerdictAreLeftOut() {
        let earlier: [PromptNight] = [.passed(1), .silent, .passed(0), .passed(1, of: 2)]
        let prompt = PromptHistory(id: "a", earlier: earlier, tonight: .passed(0))
        #expect(prompt.values == NightlyValues(earlier: [1, 0, 0.5], tonight: 0))
    }

    @Test func withoutHistoryANightPassesAndSaysSo() {
        let report = Self.report(["m": [PromptHistory(id: "a", tonight: .passed(0))]])
        #expect(!report.regressed)
        #expect(!report.hasHistory)
        #expect(report.models[0].verdict == .new)
        #expect(report.regressionReason == "the series has no earlier night to compare with")
    }

    @Test func newAndGoneModelsPassAndAreNamed() {
        let new = [PromptHistory(id: "a", tonight: .passed(0))]
        let gone = [PromptHistory.asked("a", tonight: nil)]
        let report = Self.report(["gone": gone, "known": PromptHistory.steady(3), "new": new])
        #expect(!report.regressed)
        #expect(report.goneModels == ["gone"])
        #expect(report.regressionReason.contains("new: new, without any history"))
        #expect(report.regressionReason.hasSuffix("gone: not asked this time"))
    }

    @Test func aModelWhoseCellsNoLongerMatchCannotBeJudged() {
        let changed = (0..<5).flatMap {
            [PromptHistory.asked("q\($0)", tonight: nil), PromptHistory(id: "q\($0)", tonight: .passed(1))]
        }
        let report = Self.report(["m": changed])
        #expect(report.regressed)
        #expect(report.regressionReason.hasPrefix("m: can't tell: no prompt can be compared with an earlier night;"))
    }

    @Test func aNightWithoutAnswersIsNoNewNormal() {
        let silent = (0..<3).map { PromptHistory.asked("q\($0)", tonight: .silent) }
        let reason = "no prompt can be compared with an earlier night; 3 have no verdict"
        #expect(Self.model(silent).verdictText == "m: can't tell: \(reason)")
    }

    @Test func pValuesAreAdjustedForTheNumberOfModels() throws {
        // Alone it is worse; beside three others of which nothing is known to vary, it no longer is.
        let prompts = Self.dropped(9, of: 30)
        let alone = try #require(Self.model(prompts).adjustedP)
        #expect(alone < 0.03 && alone > 0.03 / 4)
        let models = Dictionary(uniqueKeysWithValues: ["b", "c", "d"].map { ($0, PromptHistory.steady(10)) })
        let report = Self.report(models.merging(["a": prompts]) { first, _ in first })
        #expect(areEqual(report.models[0].adjustedP, 4 * alone))
        #expect(report.models[0].verdict == .noDropFound)
        // A model without a p-value does not count.
        let new = Self.report(["a": prompts, "b": [PromptHistory(id: "x", tonight: .passed(1))]])
        #expect(new.models[0].adjustedP == alone)
        #expect(new.models[0].verdict == .worse)
    }

    @Test func brokenAndUnconfirmedPromptsFailANight() {
        let since = Date(timeIntervalSince1970: 1_795_000_000)
        let rest = PromptHistory.steady(50)
        let broken = Self.report(["m": rest + [.asked("a", tonight: .passed(0), brokenSince: since)]])
        #expect(broken.regressed && broken.hasBrokenPrompts)
        let day = Timestamp.local(since).prefix(10)
        #expect(broken.regressionReason == "m: 1 broken: `a` (broken since \(day))")
        #expect(broken.brokenReason == broken.regressionReason)
        let unconfirmed = Self.report(["m": rest + [.asked("a", tonight: .passed(0), isOver: true)]])
        #expect(unconfirmed.regressed && !unconfirmed.hasBrokenPrompts)
        #expect(unconfirmed.regressionReason == "m: 1 unconfirmed: `a`")
        let flaky = Self.report(["m": rest + [.asked("a", tonight: .passed(0), confirming: [.passed])]])
        #expect(!flaky.regressed && !flaky.isOpen)
        #expect(Self.report(["m": rest + [.asked("a", tonight: .passed(0))]]).isOpen)
    }

    @Test func clustersWidenTheBoundAndLeaveTheTestAlone() throws {
        let single = Self.dropped(10, of: 20)
        let clustered = single.enumerated().map { index, prompt in
            var prompt = prompt
            prompt.cluster = index < 10 ? "left" : "right"
            return prompt
        }
        let (first, second) = (Self.model(single).comparison, Self.model(clustered).comparison)
        #expect(first.pValue == second.pValue)
        #expect(first.drop == second.drop)
        #expect(try #require(second.bound) > 2 * (try #require(first.bound)))
    }
}
