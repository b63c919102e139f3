/// Why an attempt failed, which decides what happens next.
public enum FailureKind: String, Sendable, CaseIterable {
    case rateLimited = "rate_limited"
    case overloaded
    case server
    case network
    /// llm's own log database was locked or half migrated.
    case locked
    case timeout
    /// The process was killed, ran over its memory, or ended in a way that nothing explains.
    case crashed
    case quota
    case auth
    case modelUnknown = "model_unknown"
    case request
    case truncated
    case filtered
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

/// What is known about a failure.
struct Failure: Sendable, Equatable {
    var kind: FailureKind
    /// One line in the provider's or `llm`'s words, redacted.
    var message: String
    var httpStatus: Int?
    /// How many seconds the provider asked to wait.
    var retryAfter: Double?
}
