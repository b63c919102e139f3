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
        let prompts = history.prompts
        let values = prompts.map(\.values)
        let (left, held) = (prompts.indices.filter { values[$0] == nil }, prompts.indices.filter { values[$0] != nil })
        compared = held.count
        ofLastNight = Coverage(
            all: prompts.count(where: \.wasAskedLast), compared: held.count { prompts[$0].wasAskedLast })
        func ids(_ isMeant: (PromptHistory) -> Bool) -> [String] {
            left.compactMap { isMeant(prompts[$0]) ? prompts[$0].id : nil }
        }
        gone = ids { $0.tonight == nil && $0.wasAskedLast }
        new = ids { $0.tonight != nil && $0.earlier.isEmpty }
        withoutVerdict = ids { $0.tonight != nil && !$0.earlier.isEmpty }
        let mean = ClusteredMean(
            held.compactMap { index in
                values[index].map { ClusteredMean.Value(value: 100 * $0.drop, cluster: prompts[index].cluster) }
            })
        drop = mean?.mean
        bound = mean?.upperBound
        let areScores = held.contains { prompts[$0].isScored }
        pValue = mean.map { _ in NightTest.pValue(values.compactMap(\.self), areScores: areScores) }
    }
}
