/// How several verdicts become one, for a test and for a set of assertions.
enum Scoring {
    /// A verdict with the name and the weight of its assertion.
    struct Part {
        var name: String
        var weight: Double
        var verdict: Verdict
    }

    /// How far a score may miss a threshold because of rounding.
    private static let slack = 1e-9

    /// One verdict from several, of which those of weight 0 decide nothing.
    ///
    /// The score is Σ score·weight / Σ weight over the parts that have a verdict; with nothing that decides, it is 1.
    /// Without a threshold, any fail is a fail, else any missing verdict is none, else it is a pass. With one, the score
    /// decides; where verdicts are missing, only if it would be the same whether they were all 0 or all 1.
    ///
    /// - Parameters:
    ///   - parts: the verdicts.
    ///   - threshold: the least score that passes, if there is one.
    /// - Returns: the verdict.
    static func verdict(_ parts: [Part], threshold: Double?) -> Verdict {
        let deciding = parts.filter { $0.weight > 0 }
        guard !deciding.isEmpty else { return .passed(true) }
        // Weights of any size must not make the sums infinite.
        let largest = deciding.map(\.weight).max() ?? 1
        let weighted = deciding.map { (weight: $0.weight / largest, score: $0.verdict.score) }
        let all = weighted.reduce(0) { $0 + $1.weight }
        let known = weighted.reduce(0) { $0 + ($1.score == nil ? 0 : $1.weight) }
        let sum = weighted.reduce(0) { $0 + ($1.score ?? 0) * $1.weight }
        let score = known > 0 ? sum / known : 0
        guard let threshold else { return verdict(deciding, score: score) }
        let (low, high) = (sum / all + slack >= threshold, (sum + all - known) / all + slack >= threshold)
        guard low == high else { return .none(reason(deciding) { $0.verdict.passed == nil }) }
        let first =
            deciding.contains { $0.verdict.passed == false }
            ? "; " + reason(deciding) { $0.verdict.passed == false } : ""
        return .scored(
            score, passed: low,
            reason: low ? "" : "a score of \(score.hundredths), below \(threshold.shortest)\(first)")
    }

    private static func verdict(_ deciding: [Part], score: Double) -> Verdict {
        if deciding.contains(where: { $0.verdict.passed == false }) {
            return .scored(score, passed: false, reason: reason(deciding) { $0.verdict.passed == false })
        }
        if deciding.contains(where: { $0.verdict.passed == nil }) {
            return .none(reason(deciding) { $0.verdict.passed == nil })
        }
        return .scored(score, passed: true)
    }

    /// The reason of the first part of a kind, and how many more there are.
    private static func reason(_ parts: [Part], of isMeant: (Part) -> Bool) -> String {
        let meant = parts.filter(isMeant)
        guard let first = meant.first else { return "" }
        return "\(first.name): \(first.verdict.reason)" + (meant.count > 1 ? " (and \(meant.count - 1) more)" : "")
    }
}
