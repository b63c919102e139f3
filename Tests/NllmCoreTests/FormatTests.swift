import Testing

@testable import NllmCore

/// Numbers in words, whatever they are.
@Suite struct FormatTests {
    @Test(arguments: [
        (0.0004, "0 ms"), (0.85, "850 ms"), (12.34, "12.3 s"), (245, "4 min 5 s"), (7800, "2 h 10 min"), (-1, "0 ms"),
        (.nan, "0 h 0 min"), (.infinity, "2562047788015215 h 30 min"),
    ]) func durations(seconds: Double, text: String) {
        #expect(Format.duration(seconds) == text)
    }

    @Test(arguments: [
        (0, "$0.00"), (12.345, "$12.35"), (0.0625, "$0.0625"), (0.000012, "$0.000012"), (-0.5, "$0.000000"),
        (1e300, "$92233720368547758.07"),
    ]) func dollars(amount: Double, text: String) {
        #expect(Format.dollars(amount) == text)
    }
}
