/// Ranges in words, for messages.
enum RangeText {
    /// A range in words, such as `1 to 1,000,000`.
    static func words(_ range: ClosedRange<Int>) -> String {
        "\(grouped(range.lowerBound)) to \(grouped(range.upperBound))"
    }

    /// A range between whole numbers in words.
    static func words(_ range: ClosedRange<Double>) -> String {
        words(Int(range.lowerBound)...Int(range.upperBound))
    }

    /// The number with its thousands apart, from five digits on.
    static func grouped(_ number: Int) -> String {
        var digits = String(number.magnitude)
        let places = digits.count > 4 ? Array(stride(from: digits.count - 3, to: 0, by: -3)) : []
        for place in places { digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place)) }
        return (number < 0 ? "-" : "") + digits
    }
}
