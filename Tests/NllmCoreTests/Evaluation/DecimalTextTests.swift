import Testing

@testable import NllmCore

@Suite struct DecimalTextTests {
    @Test func numbersAreRoundedWithoutZerosAtTheEnd() {
        let values = [0, -0.0, 0.04, 0.05, -0.04, 12.345, 99.96, 1e300, .infinity]
        #expect(
            values.map { DecimalText.rounded($0, places: 1) } == [
                "0", "0", "0", "0.1", "0", "12.3", "100", "1e+300", "inf",
            ])
    }

    @Test func numbersThatDifferLookDifferent() {
        #expect(DecimalText.distinct(0.89999, 0.9, places: 3) == ("0.89999", "0.9"))
        #expect(DecimalText.distinct(0.9, 0.9, places: 3) == ("0.9", "0.9"))
        #expect(DecimalText.distinct(0.9 - 1e-16, 0.9, places: 1).1 == "0.9")
    }
}
