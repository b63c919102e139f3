/// Holm's adjustment of p-values for having made several tests.
enum HolmAdjustment {
    /// The adjusted p-values, in the order given: with m tests, the i-th smallest is multiplied by m − i + 1, and none
    /// is smaller than one before it or greater than 1.
    ///
    /// S. Holm, "A simple sequentially rejective multiple test procedure", 1979.
    static func adjusted(_ values: [Double]) -> [Double] {
        var adjusted = values
        var greatest = 0.0
        let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        for (rank, index) in order.enumerated() {
            greatest = max(greatest, min(1, values[index] * Double(values.count - rank)))
            adjusted[index] = greatest
        }
        return adjusted
    }
}
