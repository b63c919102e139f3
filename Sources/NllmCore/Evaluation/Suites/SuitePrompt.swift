/// A prompt of a suite, with what is known of it beside the request.
struct SuitePrompt: Sendable {
    /// The request, with `vars`, `metadata`, `models` and `grading`.
    var prompt: Prompt
    /// Where its test stands.
    var place: InputPlace
    /// What its test says of itself.
    var description: String?
    /// The label of its template.
    var label: String?
    /// An answer that is scored without asking any model.
    var answer: String?
}
