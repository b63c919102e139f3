extension RunComparison.Model {
    /// The label that it goes by.
    package var label: String { now ?? before ?? "" }

    /// What is said of it in a word.
    package enum Verdict: String, Sendable, CaseIterable {
        case worse
        case smallDrop = "small_drop"
        case cannotTell = "cannot_tell"
        case noDrop = "no_drop"
        case new, gone

        /// The words for people.
        package var words: String {
            switch self {
            case .cannotTell: "can't tell"
            case .noDrop: "no drop found"
            default: rawValue.replacing("_", with: " ")
            }
        }
    }

    package var verdict: Verdict {
        switch report?.verdict {
        case nil: now == nil ? .gone : .new
        case .new, .cannotTell: .cannotTell
        case .worse: .worse
        case .smallDrop: .smallDrop
        case .noDropFound: .noDrop
        }
    }

    /// The verdict with its reason, such as `worse: 3.2 points lower (at most 5.1 lower; p = 0.004)`.
    package var sentence: String {
        guard let report else { return now == nil ? "gone: not asked any more" : "new: not asked before" }
        let (compared, all) = (report.comparison.compared, report.comparison.ofLastNight.all)
        let reason =
            switch verdict {
            case .cannotTell where compared == 0: "no prompt has a verdict in both"
            case .cannotTell: "only \(compared) of \(all) prompts can be compared; \(report.figures.joined())"
            default: report.figures.joined()
            }
        return "\(verdict.words): \(reason)"
    }

    /// How far it dropped on average, in points; negative if it rose.
    package var drop: Double? { report?.comparison.drop }
    /// The one-sided 95 % bound of the drop, in points.
    package var bound: Double? { report?.comparison.bound }
    /// The p-value, adjusted for the number of models.
    package var pValue: Double? { report?.adjustedP }
    /// The number of prompts that are compared.
    package var compared: Int { report?.comparison.compared ?? 0 }
    /// The ids of prompts that were not asked before, that are not asked any more, and without a verdict in one of both.
    package var newPrompts: [String] { report?.comparison.new ?? [] }
    package var gonePrompts: [String] { report?.comparison.gone ?? [] }
    package var unjudgedPrompts: [String] { report?.comparison.withoutVerdict ?? [] }
}

extension RunComparison {
    /// The verdicts in one line, the worst first: `worse: a; no drop found: b, c`.
    package var headline: String {
        let groups = Model.Verdict.allCases.map { verdict in (verdict, models.filter { $0.verdict == verdict }) }
        return groups.filter { !$0.1.isEmpty }.map { verdict, models in
            "\(verdict.words): \(models.map(\.label).joined(separator: ", "))"
        }.joined(separator: "; ")
    }
}
