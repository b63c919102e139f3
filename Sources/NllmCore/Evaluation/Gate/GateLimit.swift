/// The number that a gate holds a figure against.
enum GateLimit: Sendable, Hashable {
    /// A rate, a score, a metric, or a number of US dollars.
    case number(Double)
    /// A part of all cells, from 0 to 1.
    case share(Double)
    /// A number of cells.
    case count(Int)
    /// A number of seconds.
    case duration(Double)

    /// Reads a limit as users write it; nil if the figure cannot have it.
    init?(_ text: Substring, for figure: GateFigure) {
        switch figure {
        case .passRate, .score:
            guard let value = Self.percent(text) ?? Self.number(text), (0...1).contains(value) else { return nil }
            self = .number(value)
        case .errors, .noVerdicts:
            if let share = Self.percent(text) {
                guard (0...1).contains(share) else { return nil }
                self = .share(share)
            } else {
                guard let count = Int(text), count >= 0 else { return nil }
                self = .count(count)
            }
        case .latencyP95:
            guard let seconds = Self.seconds(text) else { return nil }
            self = .duration(seconds)
        case .cost:
            guard let dollars = Self.number(text.hasPrefix("$") ? text.dropFirst() : text), dollars >= 0 else {
                return nil
            }
            self = .number(dollars)
        case .metric:
            guard let value = Self.percent(text) ?? Self.number(text) else { return nil }
            self = .number(value)
        }
    }

    /// The number alone.
    var value: Double {
        switch self {
        case .number(let value), .share(let value), .duration(let value): value
        case .count(let count): Double(count)
        }
    }

    /// What stands behind the number in messages.
    var unit: String { if case .duration = self { " s" } else { "" } }

    private static func percent(_ text: Substring) -> Double? {
        text.last == "%" ? number(text.dropLast()).map { $0 / 100 } : nil
    }

    /// A decimal number: `Double` would also read `nan`, `inf` and `0x1p4`.
    private static func number(_ text: Substring) -> Double? {
        guard text.allSatisfy({ "0123456789.eE+-".contains($0) }), let value = Double(text), value.isFinite else {
            return nil
        }
        return value
    }

    private static func seconds(_ text: Substring) -> Double? {
        if text.hasSuffix("ms") { return number(text.dropLast(2)).flatMap { $0 >= 0 ? $0 / 1000 : nil } }
        return text.last?.isLetter == true ? DurationText.seconds(String(text)) : nil
    }
}
