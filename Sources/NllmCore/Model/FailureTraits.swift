/// What the program does about failures of a kind.
struct FailureTraits: Sendable {
    /// How often a cell is tried again.
    enum Repetition: Sendable {
        case never
        /// Once in all, however many retries are allowed.
        case once
        case allowed
    }

    /// What the failure says of the provider and the model.
    enum Meaning: Sendable {
        /// The provider would not take any request at that time.
        case refusal
        /// The model can't be used as things are, whatever is asked: several such failures in a row pause it.
        case modelUnusable
        /// The provider has accepted key and model, and found fault with the request.
        case requestFaulty
        /// An answer came; whether it counts as a failure is for the user to say (`--fail-on`).
        case answer
        /// Nothing: the provider did not answer, or nobody knows what happened.
        case nothing
    }

    /// Whether the provider may charge for the attempt.
    enum Billing: Sendable {
        case no
        case yes
        /// An error page is no answer; without one nobody knows how far it came.
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

    /// Whether the provider has looked at the request, or at who asks, and found fault with it.
    var isVerdict: Bool { [.modelUnusable, .requestFaulty].contains(meaning) }

    /// Whether the provider has accepted key and model.
    var provesUse: Bool { [.requestFaulty, .answer].contains(meaning) }
}
