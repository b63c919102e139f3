import Foundation
import Testing

@testable import NllmCore

/// A night on a terminal.
@Suite struct NightTextTests {
    /// A night in which each model has broken, flaky and other prompts, and every section is long.
    private static func crowded() throws -> NightResult {
        var night = try NightScene.night()
        let gpt = night.models[0]
        night.models += (0..<20).map { number in
            var model = gpt
            model.facts.label = "model \(number)"
            model.comparison?.verdict = .noDrop
            model.comparison?.broken = []
            return model
        }
        night.models[0].comparison?.broken += (0..<60).map { number in
            NightModel.BrokenPrompt(id: "later \(number)", since: NightScene.created)
        }
        night.events = (0..<9).map { "event \($0)" }
        night.excerpts = (0..<3).map {
            NightExcerpt(id: "q\($0)", label: "gpt", reason: "reason \($0)", answer: "answer")
        }
        return night
    }

    @Test func aNightIsShownFromItsVerdictToTheNextCommand() throws {
        let since = Timestamp.local(Date(milliseconds: 1_763_900_000_000)).prefix(10)
        #expect(
            NightText.lines(try NightScene.night()).joined(separator: "\n") == """
                FAILED: 1 of 3 gates failed, 1 cannot be evaluated
                54 cells, $1.25 + ?, against the history: nightly_2026-11-29 of nightly.yaml
                  failed: no_regression: gpt: worse: 5.7 points lower (at most 11 lower; p <
                    0.001); gpt: 2 broken: `q2` (broken since \(since)), `q1`; gpt: 1 flaky:
                    `q3`
                  cannot be evaluated: metric("tune") >= 1: unknown metric `tune`; use one of
                    `none`, `tone`; did you mean `tone`?
                  passed: pass_rate >= 0.9: pass_rate 0.925 meets 0.9
                  model  pass rate        drop               p95       cost  errors  no verdict
                  gpt    92.5% (85–97.5)  worse 5.7 (≤11)  8.2 s  $1.25 + ?       1           2
                  new    100%             new                       $0.0625       0           0
                  broken: q2 (gpt, since \(since)), q1 (gpt, since tonight)
                  flaky: q3 (gpt)
                  models not asked this time: old
                  prompts not compared: 1 new, 1 gone
                  metrics: tone 0.5
                  also asked: 12 × judge (1 without verdict, $0.2500), 6 × to confirm ($0.1250)
                  gpt: the provider serves another model
                  q1 (gpt): equals: not `4`
                    > It is 5
                next: nllm-batch show nightly_2026-11-29 --prompt q2
                """)
    }

    @Test func figuresLoseDetailWhereThereIsLittleRoom() throws {
        let table = NightTable([try NightScene.night().models[0]])
        let details = [
            (80, "92.5% (85–97.5)  worse 5.7 (≤11)"), (76, "92.5% (85–98)  worse 5.7 (≤11)"),
            (72, "92.5%      worse 5.7 (≤11)"), (60, "92.5%      worse 5.7 "), (20, "92.5%      worse 5.7 "),
        ]
        for (columns, text) in details {
            #expect(table.lines(columns: columns)[1].contains(text), "\(columns)")
        }
    }

    @Test func theVerdictIsTheFirstWord() throws {
        var night = try NightScene.night()
        #expect(NightText.lines(night)[0].hasPrefix("FAILED: "))
        night.gates = [night.gates[0]]
        night.passed = true
        #expect(NightText.lines(night)[0] == "PASSED: 1 gate holds")
        night.gates = []
        night.passed = nil
        #expect(NightText.lines(night)[0] == "NO GATE: 1 model worse, 2 prompts broken")
        night.models[0].comparison?.broken = []
        night.models[0].comparison?.verdict = .noDrop
        #expect(NightText.lines(night)[0] == "NO GATE: no drop found")
        night.models.removeFirst()
        #expect(NightText.lines(night)[0] == "NO GATE: 92.5% of answers pass")
        night.totals.passRate = nil
        #expect(NightText.lines(night)[0] == "NO GATE: no answer has a verdict")
    }

    @Test func whatDoesNotFitIsCounted() throws {
        let lines = NightText.lines(try Self.crowded())
        #expect(lines.count == 23)
        #expect(lines.contains { $0.hasPrefix("  gpt ") })
        #expect(lines.contains { $0.hasPrefix("  and ") && $0.hasSuffix(" more models") })
        #expect(lines.contains { $0.hasPrefix("  and ") && $0.hasSuffix(" more broken") })
        #expect(lines.contains { $0.hasPrefix("  and ") && $0.hasSuffix(" more events") })
        // Each that is left out is counted once.
        let named = lines.joined().split(separator: "(gpt, since").count - 1
        let more = lines.compactMap { $0.wholeMatch(of: #/  and (\d+) more broken/#).flatMap { Int($0.1) } }
        #expect(named + (more.first ?? 0) == 62)
    }

    @Test func modelsThatFailStandFirst() throws {
        var night = try Self.crowded()
        night.models.reverse()
        let table = NightTable(night.models)
        #expect(table.models.first?.label == "gpt")
        night.models[3].comparison?.verdict = .worse
        #expect(NightTable(night.models).models.prefix(2).map(\.label) == ["model 16", "gpt"])
    }

    @Test func theNextCommandShowsWhatIsWrong() throws {
        var night = try NightScene.night()
        #expect(NightText.lines(night).last == "next: nllm-batch show nightly_2026-11-29 --prompt q2")
        #expect(
            NightText.lines(night, hint: " --db 'a b'").last
                == "next: nllm-batch show nightly_2026-11-29 --prompt q2 --db 'a b'")
        night.models[0].comparison?.broken[0].id = String(repeating: "long", count: 30)
        #expect(NightText.lines(night).last == "next: nllm-batch show nightly_2026-11-29 --failed")
        night.models = []
        night.totals.errors = 0
        night.excerpts = []
        #expect(NightText.lines(night).last == "next: nllm-batch show nightly_2026-11-29")
    }

    @Test(arguments: 0..<20) func anythingFitsTheTerminal(seed: UInt64) {
        for size in [2, 8, 60] {
            let lines = NightText.lines(HostileNight.night(seed: seed, size: size), hint: " --db x")
            #expect(lines.count <= 23)
            for line in lines {
                #expect(Table.width(line) <= 80)
                #expect(line.printable == line)
            }
            #expect(lines.last?.hasPrefix("next: nllm-batch show ") == true)
        }
    }

    @Test func listsOfThousandsAreShortened() throws {
        var night = try NightScene.night()
        night.models[0].comparison?.flaky = (0..<5000).map { "q\($0)" }
        let line = try #require(NightText.lines(night).first { $0.hasPrefix("  flaky: ") })
        #expect(line.hasPrefix("  flaky: q0 (gpt), q1 (gpt), "))
        let shown = line.split(separator: "(gpt)").count - 1
        #expect(line.hasSuffix(" and \(5000 - shown) more"))
    }

    @Test func aChangeOfTheServedModelIsAnEvent() {
        let (old, new) = (ServedModel(model: "m-1", fingerprint: "a", cells: 3), ServedModel(model: "m-2", cells: 1))
        #expect(
            ServedModel.change(of: "m", from: [old], to: [old, new])
                == "m: the provider serves another model: `m-2`, before `m-1`")
        #expect(
            ServedModel.change(of: "m", from: [old], to: [ServedModel(model: "m-1", fingerprint: "b", cells: 1)])
                == "m: the provider serves another configuration: `b`, before `a`")
        #expect(ServedModel.change(of: "m", from: [old, new], to: [old]) == nil)
        #expect(ServedModel.change(of: "m", from: [], to: [old]) == nil)
        #expect(ServedModel.change(of: "m", from: [old], to: [ServedModel(cells: 3)]) == nil)
    }
}
