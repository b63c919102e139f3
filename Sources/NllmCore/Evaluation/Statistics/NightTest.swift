/// The exact one-sided test whether a night is worse than its history.
///
/// With no change, tonight's value of a prompt is equally likely to be any of its nightly values, tonight's included. p
/// is the lower tail of the sum of tonight's values under that, mid-p. The nightly values of each prompt are permuted
/// on their own, single samples never, because those of one night may agree. With one earlier night and one sample this
/// is McNemar's mid-p test, with more nights the exact conditional test of Cochran, Mantel and Haenszel.
enum NightTest {
    /// Values count as whole numbers of 1/120, which is exact for means of 1 to 6, 8, 10 and 12 passes and fails.
    private static let units = 120.0
    /// Above these numbers of prompts that vary, a normal distribution with the exact mean and variance replaces the
    /// exact one.
    private static let (mostPassFail, mostScored) = (5000, 500)

    /// The nightly values of a prompt, counted from the least of them.
    private struct Row {
        /// Sorted; the first is 0.
        var values: [Int]
        var tonight: Int

        init(_ prompt: NightlyValues) {
            let tonight = Row.units(prompt.tonight)
            let values = (prompt.earlier.map(Row.units) + [tonight]).sorted()
            let least = values.first ?? 0
            self.values = values.map { $0 - least }
            self.tonight = tonight - least
        }

        var greatest: Int { values.last ?? 0 }

        /// What is not between 0 and 1 counts as the nearer of the two, and what is not a number as 0.
        private static func units(_ value: Double) -> Int {
            Int(exactly: (min(1, max(0, value)) * NightTest.units).rounded()) ?? 0
        }
    }

    /// Tests tonight's values against those of earlier nights.
    ///
    /// - Parameters:
    ///   - prompts: the compared prompts; their numbers of earlier nights may differ.
    ///   - areScores: whether values are means of scores, rather than of passes and fails.
    /// - Returns: the mid-p-value, small if tonight is worse; 0.5 if nothing varies.
    static func pValue(_ prompts: [NightlyValues], areScores: Bool = false) -> Double {
        let rows = prompts.map(Row.init).filter { $0.greatest > 0 }
        guard !rows.isEmpty else { return 0.5 }
        return rows.count > (areScores ? mostScored : mostPassFail) ? normal(rows) : exact(rows)
    }

    private static func exact(_ rows: [Row]) -> Double {
        let unit = rows.reduce(0) { $1.values.reduce($0, greatestCommonDivisor) }
        var counts: [[Int]: Int] = [:]
        for row in rows { counts[row.values, default: 0] += 1 }
        // In one order, so that the result is the same to the last digit each time.
        let kinds = counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let sum = kinds.reduce(ProbabilityMass.zero) { sum, kind in
            sum.adding(ProbabilityMass(oneOf: kind.key.map { $0 / unit }).times(kind.value))
        }
        return sum.midLowerTail(rows.reduce(0) { $0 + $1.tonight } / unit)
    }

    private static func normal(_ rows: [Row]) -> Double {
        var (difference, variance) = (0.0, 0.0)
        for row in rows {
            let count = Double(row.values.count)
            let mean = Double(row.values.reduce(0, +)) / count
            difference += Double(row.tonight) - mean
            variance += row.values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        }
        return NormalDistribution.cumulative(difference / variance.squareRoot())
    }

    private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
        var (first, second) = (first, second)
        while second != 0 { (first, second) = (second, first % second) }
        return first
    }
}
