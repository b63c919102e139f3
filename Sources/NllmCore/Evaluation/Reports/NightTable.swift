/// The figures of a night's models as a table.
package struct NightTable {
    /// How much is shown of each figure; the later ones need fewer columns.
    enum Detail: Int, CaseIterable {
        /// Pass rates with their intervals, drops with their bounds.
        case all
        case roundedIntervals
        case withoutIntervals
        case withoutBounds
    }

    static let headings = ["model", "pass rate", "drop", "p95", "cost", "errors", "no verdict"]

    /// The models, those that fail first.
    let models: [NightModel]

    init(_ models: [NightModel]) {
        self.models =
            models.filter(\.fails) + models.filter { !$0.fails && $0.totals.errors > 0 }
            + models.filter { !$0.fails && $0.totals.errors == 0 }
    }

    /// The texts of a model, one for each heading; empty where nothing is known.
    func row(_ model: NightModel, _ detail: Detail = .all) -> [String] {
        let interval = model.facts.interval.map { Self.text($0, detail) } ?? ""
        let rate = model.totals.passRate.map { Self.percent($0) + interval }
        return [
            model.label, rate ?? "", model.comparison.map { Self.change($0, detail) } ?? "",
            model.totals.latencyP95.map(Format.duration) ?? "", Self.cost(model.totals), String(model.totals.errors),
            String(model.totals.noVerdicts),
        ]
    }

    /// The headings and a line per model, with as much detail as the columns have room for.
    func lines(columns: Int) -> [String] {
        let tables = Detail.allCases.map { detail in
            var table = Table(
                (Self.headings[0], .left), (Self.headings[1], .left), (Self.headings[2], .left),
                (Self.headings[3], .right), (Self.headings[4], .right), (Self.headings[5], .right),
                (Self.headings[6], .right))
            for model in models { table.add(row(model, detail)) }
            return table
        }
        return (tables.first { $0.fits(columns) } ?? tables[tables.count - 1]).lines(columns: columns)
    }

    private static func text(_ interval: ClosedRange<Double>, _ detail: Detail) -> String {
        guard detail.rawValue < Detail.withoutIntervals.rawValue else { return "" }
        let places = detail == .all ? 1 : 0
        // The interval of clustered samples is one of a mean, and can reach beyond what a rate can be.
        let interval = interval.clamped(to: 0...1)
        return " (\(points(interval.lowerBound, places))–\(points(interval.upperBound, places)))"
    }

    private static func change(_ comparison: NightModel.Comparison, _ detail: Detail) -> String {
        let words =
            switch comparison.verdict {
            case .new: "new"
            case .cannotTell: "can't tell"
            case .worse: "worse"
            case .smallDrop: "small"
            case .noDrop: "none found"
            }
        guard let drop = comparison.drop else { return words }
        let bound = detail == .withoutBounds ? nil : comparison.bound
        return "\(words) \(DecimalText.rounded(drop, places: 1))"
            + (bound.map { " (≤\(DecimalText.rounded($0, places: 1)))" } ?? "")
    }

    /// The known costs, with a mark where some are unknown.
    package static func cost(_ totals: NightFigures.Totals) -> String {
        Format.dollars(totals.cost) + (totals.unknownCosts > 0 ? " + ?" : "")
    }

    /// A rate as 92.5%; only a rate of 1 is 100%.
    package static func percent(_ rate: Double) -> String {
        (rate < 1 ? points(min(rate, 0.999), 1) : points(rate, 1)) + "%"
    }

    private static func points(_ rate: Double, _ places: Int) -> String {
        DecimalText.rounded(100 * rate, places: places)
    }
}
