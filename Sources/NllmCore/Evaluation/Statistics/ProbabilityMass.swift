/// The distribution of a whole number: the probability of each value.
///
/// Values at either end with a probability below 1e-20 are left out, so that a sum over many prompts stays about as
/// wide as twenty of its standard deviations. What is computed from it is exact to 1e-12.
struct ProbabilityMass {
    private static let negligible = 1e-20

    /// The least value.
    private(set) var low: Int
    /// The probabilities of the least value and those after it, one by one; not empty.
    private(set) var masses: [Double]

    private init(low: Int, masses: [Double]) {
        let kept = masses.drop { $0 < Self.negligible }
        self.low = low + kept.startIndex
        self.masses = Array(kept[...(kept.lastIndex { $0 >= Self.negligible } ?? kept.startIndex)])
    }

    /// The number 0.
    static let zero = ProbabilityMass(low: 0, masses: [1])

    /// One of some values, all equally likely.
    ///
    /// - Parameter values: not empty, sorted, and starting with 0.
    init(oneOf values: [Int]) {
        var masses = [Double](repeating: 0, count: (values.last ?? 0) + 1)
        for value in values { masses[value] += 1 / Double(values.count) }
        self.init(low: 0, masses: masses)
    }

    /// The sum of this number and another that is independent of it.
    func adding(_ other: ProbabilityMass) -> ProbabilityMass {
        let (short, long) =
            masses.count < other.masses.count ? (masses, other.masses) : (other.masses, masses)
        var sums = [Double](repeating: 0, count: short.count + long.count - 1)
        for (offset, mass) in short.enumerated() where mass != 0 {
            Self.add(long, times: mass, to: &sums, at: offset)
        }
        return ProbabilityMass(low: low + other.low, masses: sums)
    }

    /// Adds a multiple of some terms to sums, from an offset on.
    ///
    /// All time goes here: through pointers it is some thirty times faster without optimization, in tests.
    private static func add(_ terms: [Double], times factor: Double, to sums: inout [Double], at offset: Int) {
        precondition(offset + terms.count <= sums.count)
        terms.withUnsafeBufferPointer { terms in
            sums.withUnsafeMutableBufferPointer { sums in
                guard let from = terms.baseAddress, let to = sums.baseAddress else { return }
                var index = 0
                while index < terms.count {
                    to[offset + index] += factor * from[index]
                    index += 1
                }
            }
        }
    }

    /// The sum of several such numbers that are independent, by repeated doubling.
    func times(_ count: Int) -> ProbabilityMass {
        var (sum, power, rest) = (Self.zero, self, count)
        while rest > 0 {
            if rest & 1 == 1 { sum = sum.adding(power) }
            rest >>= 1
            if rest > 0 { power = power.adding(power) }
        }
        return sum
    }

    /// The probability of less than a value, and half of that of the value itself.
    func midLowerTail(_ value: Int) -> Double {
        guard value >= low else { return 0 }
        guard value < low + masses.count else { return 1 }
        return masses[..<(value - low)].reduce(0, +) + masses[value - low] / 2
    }
}
