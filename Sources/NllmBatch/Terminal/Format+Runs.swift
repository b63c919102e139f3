import FoundationEssentials
import NllmCore

extension Format {
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
