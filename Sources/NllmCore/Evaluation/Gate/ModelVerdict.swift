/// What is said about a model's night.
enum ModelVerdict: Sendable, Hashable {
    /// No night of the history has this label.
    case new
    /// Why nothing can be said, as words after a colon.
    case cannotTell(String)
    case worse
    case smallDrop
    case noDropFound

    /// The first verdict that holds.
    ///
    /// - Parameters:
    ///   - comparison: the model's night against its history.
    ///   - isNew: whether no night of the history has the model's label.
    ///   - adjustedP: the p-value adjusted for the number of models; nil if nothing is compared.
    ///   - rule: what counts as a regression.
    init(_ comparison: NightComparison, isNew: Bool, adjustedP: Double?, rule: RegressionRule) {
        guard !isNew else {
            self = .new
            return
        }
        guard let drop = comparison.drop, let adjustedP else {
            self = .cannotTell("no prompt can be compared with an earlier night" + Self.remedy(comparison))
            return
        }
        if let reason = Self.doubt(comparison, rule) {
            self = .cannotTell(reason)
        } else if adjustedP < rule.alpha {
            self = drop >= rule.minEffect - Self.slack ? .worse : .smallDrop
        } else {
            self = .noDropFound
        }
    }

    /// Whether `no_regression` allows it.
    var passes: Bool {
        switch self {
        case .new, .smallDrop, .noDropFound: true
        case .cannotTell, .worse: false
        }
    }

    /// Points that differ by their rounding alone count as equal.
    private static let slack = 1e-9

    /// What can be done, as words that follow; nothing where answers are missing, which are no new normal.
    private static func remedy(_ comparison: NightComparison) -> String {
        let without = comparison.withoutVerdict.count
        guard without <= comparison.new.count + comparison.gone.count else {
            return "; \(without == 1 ? "1 has" : "\(without) have") no verdict"
        }
        return "; compare with --baseline, or take this night as the new normal with `nllm-batch suite accept`"
    }

    /// Why the comparison does not suffice; nil if it does.
    private static func doubt(_ comparison: NightComparison, _ rule: RegressionRule) -> String? {
        let (all, compared) = (comparison.ofLastNight.all, comparison.ofLastNight.compared)
        if 2 * compared < all {
            return "only \(compared) of the last night's \(all) prompts can be compared" + remedy(comparison)
        }
        guard let most = rule.maxDrop else { return nil }
        guard let bound = comparison.bound else {
            return "one prompt or cluster alone cannot rule out a drop of more than max_drop, "
                + "\(DecimalText.rounded(most, places: 1)) points"
        }
        guard bound > most + slack else { return nil }
        let texts = DecimalText.distinct(bound, most, places: 1)
        return "a drop of up to \(texts.0) points cannot be ruled out, and max_drop is \(texts.1)"
    }
}
