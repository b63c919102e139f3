/// A night of a series and its history, for one model.
struct NightHistory: Sendable {
    /// The model's label.
    let label: String
    /// The prompts of tonight and of the nights of the history, each key once.
    var prompts: [PromptHistory]

    /// Whether no night of the history has this label.
    var isNew: Bool { prompts.allSatisfy { $0.earlier.isEmpty && !$0.wasAskedLast } }
    /// Whether tonight does not have this label.
    var isGone: Bool { promptsTonight == 0 }
    /// The number of prompts that tonight asked.
    var promptsTonight: Int { prompts.count { $0.tonight != nil } }
}
