/// Words for numbers.
package enum Format {
    /// A score from 0 to 1, to two decimals.
    package static func score(_ score: Double) -> String { String((score * 100).rounded() / 100) }

    /// Seconds as 850 ms, 12.3 s, 4 min 5 s or 2 h 10 min.
    package static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: return "\(whole((seconds * 1000).rounded())) ms"
        case ..<60: return "\(Double(Int(seconds * 10)) / 10) s"
        case ..<3600: return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
        default: return "\(whole(seconds) / 3600) h \(whole(seconds) % 3600 / 60) min"
        }
    }

    /// A rate as 4.1/s, or per minute when that is clearer.
    package static func rate(_ perSecond: Double) -> String {
        perSecond >= 1
            ? "\(Double(Int(perSecond * 10)) / 10)/s" : "\(Double(Int(perSecond * 600)) / 10)/min"
    }

    /// US dollars as $12.34, with more digits for small amounts.
    package static func dollars(_ amount: Double) -> String {
        let digits = amount >= 1 || amount == 0 ? 2 : amount >= 0.01 ? 4 : 6
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        let units = whole((amount * Double(scale)).rounded())
        let fraction = String(units % scale)
        return "$\(units / scale).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }

    /// A number of tokens as 850, 1.2k, 34k or 5.6M.
    package static func tokens(_ number: Int) -> String {
        switch number {
        case ..<1000: "\(number)"
        case ..<10_000: "\(number / 100 / 10).\(number / 100 % 10)k"
        case ..<1_000_000: "\(number / 1000)k"
        default: "\(number / 100_000 / 10).\(number / 100_000 % 10)M"
        }
    }

    /// A number with its noun: 1 cell, 2 cells.
    package static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// The whole part of any number, not below 0.
    private static func whole(_ number: Double) -> Int { Int(exactly: max(0, number.rounded(.down))) ?? .max }
}
