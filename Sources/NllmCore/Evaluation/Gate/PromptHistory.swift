internal import FoundationEssentials

/// What the gate knows of one prompt of one model.
struct PromptHistory: Sendable {
    let id: String
    /// The name of its cluster; nil if it is one of its own.
    var cluster: String?
    /// The nights of the history on which cells of the same key were asked, in any order.
    var earlier: [PromptNight] = []
    /// Whether the last night of the history is one of them.
    var wasAskedLast = false
    /// Nil if the suite no longer has the prompt, or has it under another key.
    var tonight: PromptNight?
    /// When the prompt broke, if the night before this one named it as broken and has not been accepted.
    var brokenSince: Date?
    /// The confirming answers so far, in their order.
    var confirming: [ConfirmingAnswer] = []
    /// Whether no further confirming answer can come: its cell was given up, or the run has ended.
    var confirmingIsOver = false

    /// The values to compare; nil without a value tonight or on any earlier night.
    var values: NightlyValues? {
        let values = earlier.compactMap(\.value)
        guard let tonight = tonight?.value, !values.isEmpty else { return nil }
        return NightlyValues(earlier: values, tonight: tonight)
    }

    /// Whether any of its values is other than a share of passes.
    var isScored: Bool { tonight?.isScored ?? false || earlier.contains(where: \.isScored) }

    /// Whether it was broken before tonight, and no sample of tonight passes.
    var isStillBroken: Bool {
        guard brokenSince != nil, let tonight else { return false }
        return tonight.failures == tonight.trials
    }

    /// Whether it may have broken tonight: it failed throughout, but at most 5 % of at least 5 earlier trials.
    var isSuspect: Bool {
        guard brokenSince == nil, let tonight, tonight.failedThroughout else { return false }
        let trials = earlier.reduce(0) { $0 + $1.trials }
        let failures = earlier.reduce(0) { $0 + $1.failures }
        return trials >= 5 && 20 * failures <= trials
    }
}
