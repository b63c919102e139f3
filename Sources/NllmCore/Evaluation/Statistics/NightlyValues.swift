/// The values of one prompt, from 0 to 1, on nights that are compared.
struct NightlyValues: Sendable, Hashable {
    /// Those of earlier nights with a verdict; not empty.
    let earlier: [Double]
    let tonight: Double

    /// How far tonight's value is below the mean of the earlier ones; negative if it is above.
    var drop: Double { earlier.reduce(0, +) / Double(earlier.count) - tonight }
}
