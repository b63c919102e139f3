import Testing

@testable import NllmCore

struct DecimalNumberTests {
    @Test(
        "numbers are compared by their exact values",
        arguments: [
            ("0", "-0"), ("0", "0.000e5"), ("1", "1.0"), ("1", "10e-1"), ("1e3", "1000"), ("-1.50", "-15E-1"),
            ("12345678901234567890123", "12345678901234567890123.0"), ("1e400", "10e399"), ("0.1", "1E-1"),
            ("1e99999999999999999999", "1e99999999999999999999"),
        ])
    func equal(first: String, second: String) throws {
        let (first, second) = (try #require(DecimalNumber(first)), try #require(DecimalNumber(second)))
        #expect(first == second)
        #expect(!(first < second) && !(second < first))
    }

    @Test(
        "smaller numbers come first",
        arguments: [
            ("0", "1"), ("-1", "0"), ("-2", "-1"), ("0", "1e-400"), ("-1e-400", "0"), ("9", "10"), ("0.9", "0.91"),
            ("12345678901234567890123", "12345678901234567890124"), ("9007199254740992", "9007199254740993"),
            ("1e308", "1e309"), ("-1e309", "-1e308"), ("0.1", "0.10000000000000000000001"), ("-12", "-1.3"),
            ("1e5", "1e99999999999999999999"), ("1e-99999999999999999999", "1e-5"), ("99", "1e2"),
        ])
    func smaller(first: String, second: String) throws {
        let (first, second) = (try #require(DecimalNumber(first)), try #require(DecimalNumber(second)))
        #expect(first < second)
        #expect(!(second < first))
        #expect(first != second)
    }

    @Test(
        "whole numbers",
        arguments: [
            ("1.0", 1), ("-15e1", -150), ("0", 0), ("1e17", 100_000_000_000_000_000), ("1e18", Int.max),
            ("-1e99", Int.min),
            ("1.5", nil), ("1e-1", nil),
        ])
    func integers(text: String, value: Int?) throws {
        let number = try #require(DecimalNumber(text))
        #expect(number.integer == value)
        #expect(number.isInteger == (value != nil))
    }

    @Test(
        "what is not a number of JSON is none",
        arguments: ["", "-", ".5", "1.", "1e", "1e+", "0x1", "1e1.5", "+1", "１"])
    func refused(text: String) {
        #expect(DecimalNumber(text) == nil)
    }

    @Test(
        "multiples are exact",
        arguments: [
            ("0.0075", "0.0001", true), ("0.00751", "0.0001", false), ("4.5", "1.5", true), ("35", "1.5", false),
            ("0.3", "0.1", true), ("1.1", "0.1", true), ("1e308", "0.123456789", false), ("1e308", "0.5", true),
            ("1e308", "1e308", true), ("3e308", "1e308", true), ("15e307", "1e308", false), ("0", "1e308", true),
            ("-0.6", "0.2", true), ("12345678901234567890", "3", true), ("12345678901234567891", "3", false),
            ("12391239123", "123456789", false), ("1e400", "7", false), ("7e400", "7", true),
            ("1e-400", "1e-401", true),
            ("1e1000000000000", "999999999999999999", false), ("999999999999999999e9", "999999999999999999", true),
            ("1", "1e-99999999999999999999", true),
        ])
    func multiples(number: String, divisor: String, isMultiple: Bool) throws {
        let divisor = try #require(DecimalNumber(divisor).flatMap(DecimalDivisor.init))
        #expect(divisor.divides(try #require(DecimalNumber(number))) == isMultiple)
    }

    @Test("divisors are positive, of at most 18 digits", arguments: ["0", "-1", "1234567890123456789", "0.0"])
    func divisors(text: String) {
        #expect(DecimalNumber(text).flatMap(DecimalDivisor.init) == nil)
    }
}
