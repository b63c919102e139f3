/// Why an attempt failed, which decides what happens next.
public enum FailureKind: String, Sendable, CaseIterable {
    /// Too many requests for now.
    case rateLimited = "rate_limited"
    /// The provider has no room at the moment.
    case overloaded
    /// The provider failed by itself.
    case server
    /// The provider was not reached, or the connection broke.
    case network
    /// llm's own log database was locked or half migrated.
    case locked
    /// It took longer than a cell may.
    case timeout
    /// The process was killed, ran over its memory, or ended in a way that nothing explains.
    case crashed
    /// Credit or quota is used up.
    case quota
    /// There is no key, or one that is not accepted.
    case auth
    /// `llm` or the provider has no such model.
    case modelUnknown = "model_unknown"
    /// The request is not accepted as it is.
    case request
    /// The answer was cut off at a limit of its length.
    case truncated
    /// The provider withheld the answer.
    case filtered
    /// No text came.
    case empty

    /// All that the program does about failures of this kind: every other list of kinds is made of this table.
    var traits: FailureTraits {
        switch self {
        case .rateLimited, .overloaded: FailureTraits(.allowed, .refusal, mayBeBilled: .no)
        case .server: FailureTraits(.allowed, .nothing, mayBeBilled: .unlessStatus)
        case .network, .locked, .timeout: FailureTraits(.allowed, .nothing, mayBeBilled: .yes)
        case .crashed: FailureTraits(.once, .nothing, mayBeBilled: .yes)
        case .quota, .auth, .modelUnknown: FailureTraits(.never, .modelUnusable, mayBeBilled: .no)
        case .request: FailureTraits(.never, .requestFaulty, mayBeBilled: .no)
        case .truncated, .filtered, .empty: FailureTraits(.never, .answer, mayBeBilled: .yes)
        }
    }

    /// Whether the provider would not take the request at that time, whatever it asks.
    public var isRefusal: Bool { traits.meaning == .refusal }
}

/// What is known about a failure.
struct Failure: Sendable, Equatable {
    var kind: FailureKind
    /// One line in the provider's or `llm`'s words, redacted.
    var message: String
    var httpStatus: Int?
    /// How many seconds the provider asked to wait.
    var retryAfter: Double?
}
