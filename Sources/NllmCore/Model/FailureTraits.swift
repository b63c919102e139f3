/// What the program does about failures of one kind.
struct FailureTraits: Sendable {
    /// How often a cell is retried.
    enum Repetition: Sendable {
        case never
        /// Once in all, however many retries are allowed.
        case once
        case allowed
    }

    /// What the failure says about the provider and the model.
    enum Meaning: Sendable {
        /// The provider would not accept any request at that time.
        case refusal
        /// The model cannot be used at present, whatever the request: several such failures in a row pause it.
        case modelUnusable
        /// The provider has accepted key and model, and rejected the request.
        case requestFaulty
        /// An answer arrived; the user decides whether it counts as a failure (`--fail-on`).
        case answer
        /// Nothing: the provider did not answer, or the cause is unknown.
        case nothing
    }

    /// Whether the provider may charge for the attempt.
    enum Billing: Sendable {
        case no
        case yes
        /// An error page is not an answer; without one nobody knows how far the provider got.
        case unlessStatus
    }

    var repetition: Repetition
    var meaning: Meaning
    var mayBeBilled: Billing

    init(_ repetition: Repetition, _ meaning: Meaning, mayBeBilled: Billing) {
        self.repetition = repetition
        self.meaning = meaning
        self.mayBeBilled = mayBeBilled
    }

    /// Whether the provider has examined the request or its sender, and rejected it.
    var isVerdict: Bool { [.modelUnusable, .requestFaulty].contains(meaning) }

    /// Whether the provider has accepted key and model.
    var provesUse: Bool { [.requestFaulty, .answer].contains(meaning) }
}
