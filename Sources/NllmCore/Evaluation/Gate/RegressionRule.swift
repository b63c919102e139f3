/// What counts as a regression.
struct RegressionRule: Sendable, Hashable {
    /// The rate of false alarms of the rate test, per night.
    var alpha = 0.03
    /// The least drop that counts as worse, in points.
    var minEffect = 0.0
    /// The greatest drop that must be ruled out, in points; nil if none need be.
    var maxDrop: Double?
    /// The number of failures in a row that make a prompt broken; nil to derive it from the number of cells.
    var confirm: Int?

    /// The number of failures in a row that make a prompt broken, where so many prompts are asked over all models.
    ///
    /// It grows with them, so that as few innocent prompts are named in a large suite as in a small one.
    func failuresToConfirm(prompts: Int) -> Int {
        guard confirm == nil else { return max(1, confirm ?? 1) }
        return 6 + (prompts < 1000 ? 0 : (prompts / 1000).bitWidth - 1 - (prompts / 1000).leadingZeroBitCount)
    }
}
