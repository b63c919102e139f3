import Testing

@testable import NllmCore

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("90", 90.0), ("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800), ("2w", 1_209_600), ("1.5h", 5400),
        (".5m", 30), ("0", 0), ("0d", 0), ("007", 7),
    ])
    func aDurationIsANumberAndAUnit(text: String, seconds: Double) {
        #expect(DurationText.seconds(text) == seconds)
        #expect(DurationText.age(text) == seconds)
    }

    @Test(arguments: [
        "", "m", ".", ".h", "-5", "+5", "1e3", "5M", "15 m", " 15m", "15min", "1h30m", "1.2.3", "0x10", "inf", "nan",
        "any",
        "prompts.jsonl", "7d.jsonl", "٣", "5\u{301}", String(repeating: "9", count: 400),
    ])
    func anythingElseIsNone(text: String) {
        #expect(DurationText.seconds(text) == nil)
    }

    @Test func anyAgeIsAHundredYears() {
        #expect(DurationText.age("any") == 100 * 365.25 * 86_400)
        #expect(DurationText.age("all") == nil)
    }

    @Test(arguments: [
        (0.0...30, "0 to 30s"), (60...5400, "1m to 90m"), (3600...604_800, "1h to 7d"),
    ])
    func rangesAreWordedInTheLongestUnitThatFits(range: ClosedRange<Double>, words: String) {
        #expect(DurationText.words(range) == words)
    }
}
