/// The exact value of a JSON number of any size: digits × 10^exponent.
///
/// Exponents beyond ±10¹⁷ count as ±10¹⁷; such numbers are compared by their digits alone.
struct DecimalNumber: Sendable, Hashable, Comparable {
    private static let exponents = -100_000_000_000_000_000...100_000_000_000_000_000

    let isNegative: Bool
    /// The values 0 to 9, without zeros at either end; empty for 0.
    let digits: [UInt8]
    /// Of the last digit; 0 for 0.
    let exponent: Int

    /// The value of a text in the syntax of JSON; nil for any other text.
    init?(_ text: String) {
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }
        var digits: [UInt8] = []
        // The numbers of digits before and behind the point.
        var (whole, fraction) = (0, Int?.none)
        while let byte = rest.first, byte.isDigit || byte == UInt8(ascii: ".") {
            rest.removeFirst()
            if byte.isDigit {
                if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte - UInt8(ascii: "0")) }
                if let count = fraction { fraction = count + 1 } else { whole += 1 }
            } else {
                guard fraction == nil else { return nil }
                fraction = 0
            }
        }
        guard whole > 0, fraction != 0, let written = Self.exponent(rest) else { return nil }
        let zeros = digits.reversed().prefix { $0 == 0 }.count
        digits.removeLast(zeros)
        let exponent = written - (fraction ?? 0) + zeros
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : min(max(exponent, Self.exponents.lowerBound), Self.exponents.upperBound)
        self.isNegative = isNegative && !digits.isEmpty
    }

    /// The exponent of what stands behind the digits, 0 for nothing; nil for anything else.
    private static func exponent(_ text: Substring.UTF8View) -> Int? {
        guard let letter = text.first else { return 0 }
        guard letter | 0x20 == UInt8(ascii: "e") else { return nil }
        let text = text.dropFirst()
        let sign = text.first.flatMap { $0 == UInt8(ascii: "-") ? -1 : $0 == UInt8(ascii: "+") ? 1 : nil }
        let digits = text.dropFirst(sign == nil ? 0 : 1)
        guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else { return nil }
        // More digits than an Int takes are beyond the limit anyway.
        let value = Int(Substring(digits)) ?? exponents.upperBound
        return (sign ?? 1) * min(value, exponents.upperBound)
    }

    var isZero: Bool { digits.isEmpty }
    var isInteger: Bool { exponent >= 0 }

    /// The exponent of the first digit, plus 1.
    private var magnitude: Int { digits.count + exponent }

    /// The whole number; the nearest `Int` if it is too large, and nil for a number with a fraction.
    var integer: Int? {
        guard isInteger else { return nil }
        guard magnitude <= 18 else { return isNegative ? .min : .max }
        let value = (digits + repeatElement(0, count: exponent)).reduce(0) { $0 * 10 + Int($1) }
        return isNegative ? -value : value
    }

    static func < (left: DecimalNumber, right: DecimalNumber) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isSmaller(than: left) : left.isSmaller(than: right)
    }

    /// Whether the absolute value is smaller than that of another number.
    private func isSmaller(than other: DecimalNumber) -> Bool {
        if isZero || other.isZero { return isZero && !other.isZero }
        if magnitude != other.magnitude { return magnitude < other.magnitude }
        return digits.lexicographicallyPrecedes(other.digits)
    }
}

/// What numbers are to be a multiple of: a positive number of at most 18 significant digits.
struct DecimalDivisor: Sendable, Hashable {
    static let maximumDigits = 18

    private let significand: UInt64
    private let exponent: Int

    /// A divisor of that value; nil for 0, negative numbers and those with too many digits.
    init?(_ number: DecimalNumber) {
        guard !number.isZero, !number.isNegative, number.digits.count <= Self.maximumDigits else { return nil }
        significand = number.digits.reduce(0) { $0 * 10 + UInt64($1) }
        exponent = number.exponent
    }

    /// Whether a number is a whole multiple.
    func divides(_ number: DecimalNumber) -> Bool {
        if number.isZero { return true }
        // The number's last digit is not 0, so it is no multiple of anything whose last digit stands before that one.
        guard number.exponent >= exponent else { return false }
        let digits = number.digits.reduce(0) { (remainder: UInt64, digit) in
            (remainder * 10 + UInt64(digit)) % significand
        }
        return product(digits, power(of: 10, number.exponent - exponent)) == 0
    }

    /// Base^exponent modulo the significand.
    private func power(of base: UInt64, _ exponent: Int) -> UInt64 {
        var (result, square, rest) = (1 % significand, base % significand, exponent)
        while rest > 0 {
            if !rest.isMultiple(of: 2) { result = product(result, square) }
            square = product(square, square)
            rest /= 2
        }
        return result
    }

    /// The product of two numbers below the significand, modulo it.
    private func product(_ left: UInt64, _ right: UInt64) -> UInt64 {
        significand.dividingFullWidth(left.multipliedFullWidth(by: right)).remainder
    }
}
