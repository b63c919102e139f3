/// What all assertions of a test say about an answer.
struct Grade: Sendable, Hashable {
    /// An assertion with its verdict; of a set, also those of its members.
    struct Entry: Sendable, Hashable {
        var assertion: Assertion
        var verdict: Verdict
        var members: [Entry] = []
    }

    /// One for each assertion, in their order.
    let entries: [Entry]
    /// The test's verdict: its score and whether it passes, or none.
    let verdict: Verdict
    /// The scores by metric: the weighted mean of the assertions of that name, in sets as well, that have a verdict.
    ///
    /// An assertion of weight 0, which only measures, counts once here.
    let metrics: [String: Double]

    /// From 0 to 1; nil without a verdict.
    var score: Double? { verdict.score }
    /// Whether the test passes; nil without a verdict.
    var passed: Bool? { verdict.passed }

    init(_ entries: [Entry], threshold: Double?) {
        self.entries = entries
        verdict = Scoring.verdict(entries.map(\.part), threshold: threshold)
        var sums: [String: (score: Double, weight: Double)] = [:]
        for entry in entries.flatMap({ [$0] + $0.members }) {
            guard let metric = entry.assertion.metric, let score = entry.verdict.score else { continue }
            let weight = entry.assertion.weight == 0 ? 1 : entry.assertion.weight
            let sum = sums[metric] ?? (0, 0)
            // A mean step by step stays finite whatever the weights are.
            let share = weight / (sum.weight + weight)
            sums[metric] = (sum.score + (score - sum.score) * share, sum.weight + weight)
        }
        metrics = sums.mapValues { min(1, max(0, $0.score)) }
    }
}

extension Grade.Entry {
    fileprivate var part: Scoring.Part {
        Scoring.Part(name: assertion.name, weight: assertion.weight, verdict: verdict)
    }

    /// The entry of a set, from those of its members.
    init(set assertion: Assertion, members: [Grade.Entry]) {
        let verdict = Scoring.verdict(members.map(\.part), threshold: assertion.threshold)
        let isUnwanted = assertion.isNegated && verdict.passed == true
        self.init(
            assertion: assertion,
            verdict: assertion.isNegated
                ? verdict.negated(reason: isUnwanted ? "not wanted: all that is asserted holds" : "") : verdict,
            members: members)
    }
}
