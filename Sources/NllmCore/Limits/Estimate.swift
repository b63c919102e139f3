/// What the cells of a model are expected to take, before anything is spent.
public struct Estimate: Sendable, Equatable {
    /// The model's label.
    public let model: String
    /// The number of cells.
    public private(set) var cells = 0
    /// The tokens of all requests.
    public private(set) var input = 0.0...0.0
    /// The tokens of all answers.
    public private(set) var output = 0.0...0.0
    /// US dollars; nil if a price is unknown.
    public private(set) var cost: ClosedRange<Double>? = 0...0
    /// Whether earlier answers of the model are the basis.
    public let hasHistory: Bool

    /// - Parameters:
    ///   - sizes: the requests.
    ///   - history: what earlier answers took; nil if there are too few.
    init(_ sizes: RequestSizes, history: AnswerHistory?) {
        model = sizes.model.variant.label
        hasHistory = history != nil
        for (kind, sum) in sizes.sums {
            let input = Self.input(sum, history)
            let output = Self.output(sum.cells, cap: kind.cap, history)
            cells += sum.cells
            self.input = self.input + input
            self.output = self.output + output
            guard let rates = sizes.model.prices[kind.options]?.rates(tier: kind.tier), let known = cost else {
                cost = nil
                continue
            }
            cost = known + (input * (rates.input / 1e6) + output * (rates.output / 1e6))
        }
    }

    /// English takes a token for four to five bytes, other languages and code one for two to three; each message adds a few.
    private static func input(_ sum: RequestSizes.Sum, _ history: AnswerHistory?) -> ClosedRange<Double> {
        let (bytes, cells) = (Double(sum.bytes), Double(sum.cells))
        guard let factor = history?.inputFactor else { return (bytes / 5 + 2 * cells)...(bytes / 2.5 + 16 * cells) }
        let expected = AnswerHistory.expectedInput(bytes: sum.bytes, cells: sum.cells) * factor
        return (0.85 * expected)...(1.15 * expected)
    }

    /// Two standard deviations, of the sum itself and of the mean of earlier answers, around what that mean lets expect.
    ///
    /// Without earlier answers, one has from 20 to 800 tokens.
    private static func output(_ cells: Int, cap: Int?, _ history: AnswerHistory?) -> ClosedRange<Double> {
        let number = Double(cells)
        let most = cap.map { Double($0) * number } ?? .infinity
        guard let history else { return min(20 * number, most)...min(800 * number, most) }
        let spread =
            2 * history.outputDeviation * (number + number * number / Double(history.count)).squareRoot()
        let expected = history.outputMean * number
        return min(max(expected - spread, 0), most)...min(expected + spread, most)
    }
}

extension ClosedRange<Double> {
    fileprivate static func + (one: Self, other: Self) -> Self {
        (one.lowerBound + other.lowerBound)...(one.upperBound + other.upperBound)
    }

    fileprivate static func * (range: Self, factor: Double) -> Self {
        (range.lowerBound * factor)...(range.upperBound * factor)
    }
}
