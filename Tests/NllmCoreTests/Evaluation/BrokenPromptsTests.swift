import Foundation
import Testing

@testable import NllmCore

/// Which prompts are asked on, and what they are called then.
@Suite struct BrokenPromptsTests {
    private static let date = Date(timeIntervalSince1970: 1_795_000_000)

    private static func prompts(_ prompts: [PromptHistory], confirm: Int = 6, seed: UInt64 = 1) -> BrokenPrompts {
        BrokenPrompts(NightHistory(label: "m", prompts: prompts), confirm: confirm, seed: seed)
    }

    @Test func aSuspectFailsThroughoutAfterFailingSeldom() {
        #expect(PromptHistory.asked("a", tonight: .passed(0)).isSuspect)
        #expect(PromptHistory.asked("a", tonight: .passed(0, of: 3)).isSuspect)
        #expect(!PromptHistory.asked("a", tonight: .passed(1, of: 3)).isSuspect)
        #expect(!PromptHistory.asked("a", tonight: PromptNight(samples: 3, trials: 2, failures: 2)).isSuspect)
        #expect(!PromptHistory.asked("a", tonight: .silent).isSuspect)
        #expect(!PromptHistory.asked("a", tonight: nil).isSuspect)
        // One failure of seven is more than 5 %.
        #expect(!PromptHistory.asked("a", passes: 6, tonight: .passed(0)).isSuspect)
        #expect(!PromptHistory.asked("a", tonight: .passed(0), brokenSince: Self.date).isSuspect)
    }

    @Test(arguments: [(4, 0, false), (5, 0, true), (19, 1, false), (20, 1, true), (39, 2, false), (40, 2, true)])
    func fivePercentOfAtLeastFiveEarlierTrialsMayHaveFailed(trials: Int, failures: Int, isSuspect: Bool) {
        let earlier = PromptNight(samples: trials, trials: trials, failures: failures)
        #expect(PromptHistory(id: "a", earlier: [earlier], tonight: .passed(0)).isSuspect == isSuspect)
    }

    @Test func aSuspectIsAskedOnUntilItsNameIsCertain() {
        let answers = [ConfirmingAnswer](repeating: .failed, count: 5)
        for count in 0..<5 {
            let confirming = Array(answers.prefix(count))
            #expect(Self.prompts([.asked("a", tonight: .passed(0), confirming: confirming)]).open == ["a"])
            let passing = Self.prompts([.asked("a", tonight: .passed(0), confirming: confirming + [.passed])])
            #expect(passing.flaky == ["a"])
            #expect(passing.open.isEmpty && passing.broken.isEmpty)
        }
        let broken = Self.prompts([.asked("a", tonight: .passed(0), confirming: answers)])
        #expect(broken.broken == [BrokenPrompts.Broken(id: "a", since: nil)])
        #expect(broken.open.isEmpty)
        // What comes after it is certain changes nothing.
        #expect(Self.prompts([.asked("a", tonight: .passed(0), confirming: answers + [.passed])]) == broken)
    }

    @Test func samplesOfTheNightCountTowardsTheFailuresInARow() {
        let three = Self.prompts([.asked("a", tonight: .passed(0, of: 3), confirming: [.failed, .failed, .failed])])
        #expect(three.broken.map(\.id) == ["a"])
        #expect(Self.prompts([.asked("a", tonight: .passed(0, of: 6))]).broken.map(\.id) == ["a"])
    }

    @Test func anAnswerWithoutVerdictIsNeitherAPassNorAFailure() {
        let failures = [ConfirmingAnswer](repeating: .failed, count: 4)
        let one = failures + [.noVerdict]
        #expect(Self.prompts([.asked("a", tonight: .passed(0), confirming: one)]).open == ["a"])
        #expect(Self.prompts([.asked("a", tonight: .passed(0), confirming: one + [.failed])]).broken.count == 1)
        #expect(Self.prompts([.asked("a", tonight: .passed(0), confirming: one + [.passed])]).flaky == ["a"])
        #expect(Self.prompts([.asked("a", tonight: .passed(0), confirming: one + [.noVerdict])]).unconfirmed == ["a"])
        #expect(Self.prompts([.asked("a", tonight: .passed(0), isOver: true)]).unconfirmed == ["a"])
    }

    @Test func ofTooManySuspectsARandomFewAreAsked() {
        let suspects = (0..<30).map { PromptHistory.asked("q\($0)", tonight: .passed(0)) }
        let small = Self.prompts(suspects)
        #expect(small.open.count == 5)
        #expect(Set(small.open + small.notAsked).count == 30)
        #expect(Self.prompts(suspects.reversed()).open.sorted() == small.open.sorted())
        #expect(Set((0..<20).map { Self.prompts(suspects, seed: $0).open.sorted() }).count > 10)
        #expect(Self.prompts(Array(suspects.prefix(5))).notAsked.isEmpty)
        // 2 % of 449 prompts, rounded down; prompts that the suite no longer has do not count.
        let gone = (0..<100).map { PromptHistory.asked("gone \($0)", tonight: nil) }
        #expect(Self.prompts(suspects + PromptHistory.steady(419) + gone).open.count == 8)
    }

    @Test func suspectsThatNeedNoFurtherAnswerAreAllNamed() {
        let suspects = (0..<30).map { PromptHistory.asked("q\($0)", tonight: .passed(0, of: 6)) }
        #expect(Self.prompts(suspects).broken.count == 30)
    }

    @Test func aBrokenPromptStaysNamedUntilASampleOfANightPasses() {
        let broken = [BrokenPrompts.Broken(id: "a", since: Self.date)]
        let passes: [PromptNight?] = [.passed(0), .passed(0, of: 3), .silent]
        for night in passes {
            let still = Self.prompts([.asked("a", tonight: night, brokenSince: Self.date)])
            #expect(still.broken == broken)
            #expect(still.open.isEmpty)
        }
        for night in [PromptNight.passed(1, of: 3), nil] {
            #expect(Self.prompts([.asked("a", tonight: night, brokenSince: Self.date)]).broken.isEmpty)
        }
    }

    @Test func theNumberOfConfirmingFailuresGrowsWithTheSuite() {
        let rule = RegressionRule()
        let sizes = [0, 1, 999, 1000, 1001, 1999, 2000, 3999, 4000, 1_000_000]
        #expect(sizes.map { rule.failuresToConfirm(prompts: $0) } == [6, 6, 6, 6, 6, 6, 7, 7, 8, 15])
        #expect(RegressionRule(confirm: 3).failuresToConfirm(prompts: 1_000_000) == 3)
    }
}
