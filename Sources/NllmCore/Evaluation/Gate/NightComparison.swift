/// A model's night against its history: what can be compared, and how far it dropped.
struct NightComparison: Sendable, Hashable {
    /// How many of some prompts are compared.
    struct Coverage: Sendable, Hashable {
        let all: Int
        let compared: Int
    }

    /// The number of prompts that are compared.
    let compared: Int
    /// The number of prompts of the history's last night, and of those of them that are compared.
    let ofLastNight: Coverage
    /// The ids of prompts that the history has not asked.
    let new: [String]
    /// The ids of prompts of the history's last night that tonight has not asked.
    let gone: [String]
    /// The ids of prompts without a verdict tonight, or on every earlier night.
    let withoutVerdict: [String]
    /// How far the compared prompts are below their history on average, in points; negative if they are above.
    let drop: Double?
    /// The one-sided 95 % upper bound of the drop, in points; nil with fewer than two clusters.
    let bound: Double?
    /// The p-value of ``NightTest``.
    let pValue: Double?

    init(_ history: NightHistory) {
        let rows = history.prompts.map { (prompt: $0, values: $0.values) }
        let left = rows.filter { $0.values == nil }.map(\.prompt)
        compared = rows.count - left.count
        ofLastNight = Coverage(
            all: rows.count { $0.prompt.wasAskedLast },
            compared: rows.count { $0.prompt.wasAskedLast && $0.values != nil })
        gone = left.filter { $0.tonight == nil && $0.wasAskedLast }.map(\.id)
        new = left.filter { $0.tonight != nil && $0.earlier.isEmpty }.map(\.id)
        withoutVerdict = left.filter { $0.tonight != nil && !$0.earlier.isEmpty }.map(\.id)
        let mean = ClusteredMean(
            rows.compactMap { prompt, values in
                values.map { ClusteredMean.Value(value: 100 * $0.drop, cluster: prompt.cluster) }
            })
        drop = mean?.mean
        bound = mean?.upperBound
        let areScores = rows.contains { $0.values != nil && $0.prompt.isScored }
        pValue = mean.map { _ in NightTest.pValue(rows.compactMap(\.values), areScores: areScores) }
    }
}
