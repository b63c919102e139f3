/// Why an attempt failed, which determines what happens next.
public enum FailureKind: String, Sendable, CaseIterable {
    /// Too many requests for now.
    case rateLimited = "rate_limited"
    /// The provider has no capacity at the moment.
    case overloaded
    /// The provider failed internally.
    case server
    /// The provider could not be reached, or the connection broke.
    case network
    /// llm's own log database was locked or half migrated.
    case locked
    /// It exceeded the time limit.
    case timeout
    /// The process was killed, exceeded its memory, or ended in an unexplained way.
    case crashed
    /// Credit or quota is exhausted.
    case quota
    /// The key is missing or not accepted.
    case auth
    /// `llm` or the provider has no such model.
    case modelUnknown = "model_unknown"
    /// The request is not accepted in this form.
    case request
    /// The answer was cut off at a length limit.
    case truncated
    /// The provider withheld the answer.
    case filtered
    /// There was no text.
    case empty
    /// A judge's answer held no verdict.
    case unreadable

    /// Everything that the program does about failures of this kind: every other list of kinds is derived from this
    /// table.
    var traits: FailureTraits {
        switch self {
        case .rateLimited, .overloaded: FailureTraits(.allowed, .refusal, mayBeBilled: .no)
        case .server: FailureTraits(.allowed, .nothing, mayBeBilled: .unlessStatus)
        case .network, .locked, .timeout: FailureTraits(.allowed, .nothing, mayBeBilled: .yes)
        case .crashed: FailureTraits(.once, .nothing, mayBeBilled: .yes)
        case .quota, .auth, .modelUnknown: FailureTraits(.never, .modelUnusable, mayBeBilled: .no)
        case .request: FailureTraits(.never, .requestFaulty, mayBeBilled: .no)
        case .truncated, .filtered, .empty: FailureTraits(.never, .answer, mayBeBilled: .yes)
        case .unreadable: FailureTraits(.once, .answer, mayBeBilled: .yes)
        }
    }

    /// Whether the provider refused at that time, whatever the request.
    public var isRefusal: Bool { traits.meaning == .refusal }
}

/// What is known about a failure.
struct Failure: Sendable, Equatable {
    var kind: FailureKind
    /// One line in the words of the provider or `llm`, redacted.
    var message: String
    var httpStatus: Int?
    /// The number of seconds the provider asked to wait.
    var retryAfter: Double?
}
