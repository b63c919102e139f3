/// How the records of sources become the prompts of a run.
public struct PromptOptions: Sendable, Equatable {
    /// Which fields mean which of ours.
    public var mapping = FieldMapping()
    /// The texts that records fill in; without any, each record has its own.
    public var templates: [PromptTemplate] = []
    /// Which of the prompts are taken.
    public var subset = PromptSubset()
    /// What every answer is checked against, besides what its prompt says.
    public var grading = Grading()
    /// Whether notes name every file that they are about, and not the first ones only.
    public var namesAllFiles = false

    /// Every record is a prompt as it stands.
    public init() {}

    /// What identifies runs that mean the same; empty if every record is a prompt as it stands.
    var identity: [String] {
        mapping.texts.map { "map " + $0 } + templates.map { "template \($0.name) \($0.text)" } + subset.identity
            + grading.identity
    }
}
