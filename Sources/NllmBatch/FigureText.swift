import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// How much is shown of figures, the most first: where there is little room, intervals give way.
enum FigureDetail: Int, CaseIterable {
    case all, roundedRates, withoutLatencies, withoutIntervals

    /// The lines of the first table that fits standard output, or 80 columns if that is not a terminal.
    static func lines(indent: Int = 0, _ table: (FigureDetail) -> Table) -> [String] {
        let columns = (Terminal(STDOUT_FILENO)?.columns ?? 80) - indent
        let tables = allCases.map(table)
        return (tables.first { $0.fits(columns) } ?? tables[tables.count - 1]).lines(columns: columns)
    }
}

/// Latencies with their intervals.
enum LatencyText {
    /// `1.2 s (1.1–1.3)`, or without the interval if it is unknown or there is no room.
    static func text(
        _ latency: (value: Double, low: Double?, high: Double?), _ detail: FigureDetail = .all
    ) -> String {
        let value = Format.duration(latency.value)
        guard detail.rawValue < FigureDetail.withoutLatencies.rawValue, let low = latency.low, let high = latency.high
        else { return value }
        let ends = [low, high].map(Format.duration)
        let units = ([value] + ends).map { $0.split(separator: " ").dropFirst() }
        guard units.allSatisfy({ $0.count == 1 && $0 == units[0] }) else { return "\(value) (\(ends[0])–\(ends[1]))" }
        let numbers = ends.map { $0.prefix { $0 != " " } }
        return "\(value) (\(numbers[0])–\(numbers[1]))"
    }
}

/// Rates with their intervals.
enum RateText {
    /// `90.4% (85.1–94)`, or without the interval if it is unknown or there is no room.
    static func text(_ rate: Double, _ interval: ClosedRange<Double>?, _ detail: FigureDetail = .all) -> String {
        guard let interval, detail != .withoutIntervals else { return NightTable.percent(rate) }
        // The interval of clustered samples is one of a mean, and can reach beyond what a rate can be.
        let shown = interval.clamped(to: 0...1)
        let ends = [shown.lowerBound, shown.upperBound].map {
            DecimalText.rounded(100 * $0, places: detail == .all ? 1 : 0)
        }
        return "\(NightTable.percent(rate)) (\(ends[0])–\(ends[1]))"
    }
}

extension AnswerFigures {
    /// The pass rate with its interval; nil if no answer has a verdict.
    func rateText(_ detail: FigureDetail) -> String? { passRate.map { RateText.text($0, interval, detail) } }

    /// The cost, which is a part of it where not all costs are known.
    var costText: String? { cost.map { (unknownCosts > 0 ? "≥ " : "") + Format.dollars($0) } }
}

extension JSONValue {
    /// A number, or null for nil and for what is none.
    static func optional(_ number: Double?) -> JSONValue {
        number.flatMap { $0.isFinite ? JSONValue.number(String($0)) : nil } ?? .null
    }
}
