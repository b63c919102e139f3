internal import FoundationEssentials

extension NightReport.Model {
    /// The verdict with its figures on one line, such as `gpt: worse: 3.2 points lower (at most 5.1; p = 0.004)`.
    var verdictText: String { "\(label): \(verdictWords)" }

    /// The verdict with its figures, without the label.
    var verdictWords: String {
        switch verdict {
        case .new: "new, without any history"
        case .cannotTell(let reason): "can't tell: \(reason)" + figures.map { "; \($0)" }.joined()
        case .worse: "worse" + figures.map { ": \($0)" }.joined()
        case .smallDrop: "small drop" + figures.map { ": \($0)" }.joined()
        case .noDropFound: "no drop found" + figures.map { ": \($0)" }.joined()
        }
    }

    /// The drop, its bound and the p-value; empty if nothing is compared.
    var figures: [String] {
        guard let drop = comparison.drop, let adjustedP else { return [] }
        let points = DecimalText.rounded(abs(drop), places: 1)
        let bound = comparison.bound.map { "at most \(DecimalText.rounded($0, places: 1)) lower" }
        let unit = points == "1" ? "point" : "points"
        let change = points == "0" ? "no change" : "\(points) \(unit) \(drop > 0 ? "lower" : "higher")"
        let p = adjustedP < 0.001 ? "p < 0.001" : "p = \(DecimalText.rounded(adjustedP, places: 3))"
        return ["\(change) (\([bound, p].compactMap(\.self).joined(separator: "; ")))"]
    }

    /// The prompts that broke or could not be confirmed, one line for each kind; empty if there are none.
    var promptTexts: [String] {
        let broken = prompts.broken.map { prompt in
            "`\(prompt.id)`" + (prompt.since.map { " (broken since \(Timestamp.local($0).prefix(10)))" } ?? "")
        }
        let kinds = [
            ("broken", broken), ("flaky", prompts.flaky.map { "`\($0)`" }),
            ("unconfirmed", prompts.unconfirmed.map { "`\($0)`" }),
            ("suspected and not asked again", prompts.notAsked.map { "`\($0)`" }),
        ]
        return kinds.filter { !$0.1.isEmpty }.map { "\(label): \($0.1.count) \($0.0): \(Self.list($0.1))" }
    }

    /// The first few elements, and how many more there are.
    private static func list(_ texts: [String]) -> String {
        let most = 5
        let more = texts.count > most ? ["and \(texts.count - most) more"] : []
        return (texts.prefix(most) + more).joined(separator: ", ")
    }
}

extension NightReport {
    /// Why `no_regression` fails or passes, in one sentence.
    var regressionReason: String {
        guard hasHistory else { return "the series has no earlier night to compare with" }
        let failing = models.filter { !$0.passes }
        let gone = goneModels.map { "\($0): not asked this time" }
        guard !failing.isEmpty else { return (models.map(\.verdictText) + gone).joined(separator: "; ") }
        return failing.flatMap { ($0.verdict.passes ? [] : [$0.verdictText]) + $0.promptTexts }
            .joined(separator: "; ")
    }

    /// Why `no_broken_prompts` fails or passes, in one sentence.
    var brokenReason: String {
        let texts = models.filter { !$0.prompts.broken.isEmpty }.compactMap(\.promptTexts.first)
        return texts.isEmpty ? "no prompt is known to be broken" : texts.joined(separator: "; ")
    }
}
