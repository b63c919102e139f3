/// What tests of a suite may refer to.
struct SuiteContext: Sendable {
    var files: SuiteFiles
    var allowsCommands = false
    /// The suite's `assertionTemplates`, by name.
    var templates: [String: SuiteNode] = [:]
    var models: [SuiteModel] = []
    var prompts: [SuiteTemplate] = []
    /// Whether none of them is missing because it is wrong.
    var isComplete = true
}
