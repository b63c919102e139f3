/// Durations as users write them: a number of seconds, or a number and a unit.
public enum DurationText {
    /// The units, longest first.
    private static let units: [(name: Character, seconds: Double)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]
    /// The form of a duration, for messages.
    public static let form = "a duration such as 90, 15m, 24h or 7d"

    /// The number of seconds that `90`, `90s`, `15m`, `24h`, `7d`, `2w` or `1.5h` means; nil if the text is none of
    /// these.
    public static func seconds(_ text: String) -> Double? {
        let unit = units.first { $0.name == text.last }
        let number = text.utf8.dropLast(unit == nil ? 0 : 1)
        guard number.contains(where: \.isDigit),
            number.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }), let value = Double(Substring(number))
        else { return nil }
        let seconds = value * (unit?.seconds ?? 1)
        return seconds.isFinite ? seconds : nil
    }

    /// The maximum age of an answer in seconds: a duration, or `any`; nil if the text is neither.
    public static func age(_ text: String) -> Double? { text == any ? anyAge : seconds(text) }

    /// The text for any age.
    public static let any = "any"
    /// A number of seconds that exceeds the age of every answer.
    public static let anyAge = 36_525 * 86_400.0
    /// The numbers of seconds that an age may have.
    package static let ages = 0...anyAge

    /// A range in words, each end in the longest unit of which it is a whole number, except weeks.
    public static func words(_ range: ClosedRange<Double>) -> String {
        "\(text(range.lowerBound)) to \(text(range.upperBound))"
    }

    /// Words what is wrong with a duration.
    ///
    /// - Parameters:
    ///   - text: the duration as a user wrote it.
    ///   - allowed: the allowed numbers of seconds.
    ///   - takesAny: whether `any` is allowed as well.
    /// - Returns: words that follow the duration's name; nil if it is allowed.
    package static func flaw(_ text: String, _ allowed: ClosedRange<Double>, takesAny: Bool = false) -> String? {
        guard let seconds = takesAny ? age(text) : seconds(text) else {
            return "is `\(text)` but must be \(form)" + (takesAny ? ", or \(any)" : "")
        }
        return allowed.contains(seconds) ? nil : "is `\(text)` but must be \(words(allowed))"
    }

    /// An approximate duration: `40 s`, `5 min` or `2 h`.
    static func rounded(_ seconds: Double) -> String {
        switch seconds {
        case ..<60: "\(Int(seconds)) s"
        case ..<7200: "\(Int(seconds / 60)) min"
        default: "\(Int(seconds / 3600)) h"
        }
    }

    /// A duration in the longest unit of which it is a whole number, except weeks.
    static func text(_ seconds: Double) -> String {
        let unit = units.dropFirst().first { seconds.truncatingRemainder(dividingBy: $0.seconds) == 0 }
        guard let unit, seconds != 0 else { return String(Int(seconds)) }
        return "\(Int(seconds / unit.seconds))\(unit.name)"
    }
}
