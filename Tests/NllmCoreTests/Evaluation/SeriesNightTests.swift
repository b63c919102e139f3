import Testing

@testable import NllmCore

/// Which nights a night is compared with.
@Suite struct SeriesNightTests {
    private static let (fine, failed) = (SeriesNight(), SeriesNight(regressed: true))

    @Test func theLastSevenNightsWithoutARegressionAreTheHistory() {
        #expect(SeriesNight.history(of: []) == [])
        #expect(SeriesNight.history(of: [Self.failed]) == [])
        #expect(SeriesNight.history(of: [Self.fine, Self.failed, Self.fine]) == [0, 2])
        let many = [SeriesNight](repeating: Self.fine, count: 9) + [Self.failed]
        #expect(SeriesNight.history(of: many) == Array(2...8))
    }

    @Test func theHistoryBeginsWithTheLastAcceptedNightWhateverItsVerdict() {
        let accepted = SeriesNight(regressed: true, isAccepted: true)
        #expect(SeriesNight.history(of: [Self.fine, accepted, Self.failed, Self.fine]) == [1, 3])
        #expect(SeriesNight.history(of: [accepted, Self.fine, accepted]) == [2])
    }

    @Test func aNightWhoseAnswersCannotBeScoredLeavesTheHistory() {
        let gone = SeriesNight(isComparable: false)
        #expect(SeriesNight.history(of: [Self.fine, gone, Self.fine]) == [0, 2])
        let accepted = SeriesNight(isAccepted: true, isComparable: false)
        #expect(SeriesNight.history(of: [Self.fine, accepted, Self.fine]) == [2])
    }

    @Test func aNightAcceptedForOnePromptBeginsTheHistoryOfThatPromptAlone() {
        let nights = [Self.fine, SeriesNight(regressed: true, acceptedPrompts: ["a"]), Self.fine]
        #expect(SeriesNight.history(of: nights, for: "a") == [1, 2])
        #expect(SeriesNight.history(of: nights, for: "b") == [0, 2])
        #expect(SeriesNight.history(of: nights) == [0, 2])
        #expect(nights[1].isAccepted(for: "a"))
        #expect(!nights[1].isAccepted(for: "b"))
        let later = nights + [SeriesNight(isAccepted: true)]
        #expect(SeriesNight.history(of: later, for: "a") == [3])
    }
}
