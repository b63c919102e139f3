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

    /// How often a cell is tried again after a failure of this kind.
    enum Repetition: Sendable {
        case never
        /// Once in all, however many retries are allowed.
        case once
        case allowed
    }

    var repetition: Repetition {
        switch self {
        case .rateLimited, .overloaded, .server, .network, .locked, .timeout: .allowed
        case .crashed: .once
        case .quota, .auth, .modelUnknown, .request, .truncated, .filtered, .empty: .never
        }
    }
}

extension FailureKind {
    /// Whether the provider would not take the request at that time, whatever it asks.
    public var isRefusal: Bool { [.rateLimited, .overloaded].contains(self) }

    /// Whether the provider has looked at the request, or at who asks, and found fault with it.
    var isVerdict: Bool { [.quota, .auth, .modelUnknown, .request].contains(self) }
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
