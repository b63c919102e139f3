import FoundationEssentials
import NllmCore

/// Words for numbers and states.
enum Format {
    /// A score from 0 to 1, to two decimals.
    static func score(_ score: Double) -> String { String((score * 100).rounded() / 100) }

    /// Seconds as 850 ms, 12.3 s, 4 min 5 s or 2 h 10 min.
    static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: return "\(Int((seconds * 1000).rounded())) ms"
        case ..<60: return "\(Double(Int(seconds * 10)) / 10) s"
        case ..<3600: return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
        default: return "\(Int(seconds) / 3600) h \(Int(seconds) % 3600 / 60) min"
        }
    }

    /// A rate as 4.1/s, or per minute when that is clearer.
    static func rate(_ perSecond: Double) -> String {
        perSecond >= 1
            ? "\(Double(Int(perSecond * 10)) / 10)/s" : "\(Double(Int(perSecond * 600)) / 10)/min"
    }

    /// US dollars as $12.34, with more digits for small amounts.
    static func dollars(_ amount: Double) -> String {
        let digits = amount >= 1 || amount == 0 ? 2 : amount >= 0.01 ? 4 : 6
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        let units = Int((amount * Double(scale)).rounded())
        let fraction = String(units % scale)
        return "$\(units / scale).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }

    /// A number of tokens as 850, 1.2k, 34k or 5.6M.
    static func tokens(_ number: Int) -> String {
        switch number {
        case ..<1000: "\(number)"
        case ..<10_000: "\(number / 100 / 10).\(number / 100 % 10)k"
        case ..<1_000_000: "\(number / 1000)k"
        default: "\(number / 100_000 / 10).\(number / 100_000 % 10)M"
        }
    }

    /// A past time with its age: today 14:39 (12 min 5 s ago).
    static func time(_ date: Date, now: Date = Date()) -> String {
        let age = now.timeIntervalSince(date)
        guard age >= 1 else { return Timestamp.day(date, now: now) }
        return "\(Timestamp.day(date, now: now)) (\(duration(age)) ago)"
    }

    /// An age in a single unit: 12 min ago.
    static func age(_ date: Date, now: Date = Date()) -> String {
        let seconds = max(0, Int(now.timeIntervalSince(date)))
        return switch seconds {
        case ..<60: "\(seconds) s ago"
        case ..<3600: "\(seconds / 60) min ago"
        case ..<86400: "\(seconds / 3600) h ago"
        default: "\(seconds / 86400) d ago"
        }
    }

    /// A number with its noun: 1 cell, 2 cells.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    /// The states that occur: 38 ok, 1 error, 1 timeout.
    static func counts(_ counts: CellCounts) -> String {
        let order: [CellStatus] = [.ok, .error, .timeout, .cancelled, .running, .pending]
        let present = order.filter { counts[$0] > 0 }.map { "\(counts[$0]) \($0.rawValue)" }
        return present.isEmpty ? "no cells" : present.joined(separator: ", ")
    }
}

extension String {
    /// The lines of a text from whatever platform, without effect on a terminal and without an empty one at the end.
    var printedLines: [String] {
        var lines = replacing("\r\n", with: "\n").unicodeScalars.split(
            separator: "\n", omittingEmptySubsequences: false
        ).map { String($0).printable }
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
