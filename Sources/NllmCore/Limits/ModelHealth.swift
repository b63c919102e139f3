public import FoundationEssentials

/// Whether a model of a run can be used: it is paused after failures in a row that retries do not fix, and when its
/// provider has refused everything for too long.
struct ModelHealth: Sendable, Equatable {
    /// The number of failures in a row that pause a model.
    static let mostInRow = 3
    /// The failures that mean that the model cannot be used at present, whatever the request.
    static let kinds = Set(FailureKind.allCases.filter { $0.traits.meaning == .modelUnusable })

    /// What an attempt has changed.
    enum Change: Sendable, Equatable {
        /// No more of its cells are started.
        case paused
        /// It can be used again.
        case recovered
        /// It still cannot be used.
        case stillPaused
    }

    var inRow = 0
    var pause: ModelPause?

    /// Processes the end of an attempt that was not interrupted.
    ///
    /// - Parameters:
    ///   - failure: why it failed; nil if it succeeded.
    ///   - isFirst: whether it was its cell's first attempt: a repeated failure of one cell says nothing new about the
    ///     model.
    ///   - refused: the number of seconds for which the provider has refused everything, if that is enough to give the
    ///     model up.
    ///   - startedAt: when it started.
    ///   - now: when it ended.
    /// - Returns: what has changed.
    mutating func ended(
        _ failure: Failure?, isFirst: Bool = true, refused: Double? = nil, startedAt: Date, now: Date
    ) -> Change? {
        if let failure, failure.kind.isRefusal {
            return self.refused(failure, for: refused, startedAt: startedAt, now: now)
        }
        guard let failure, Self.kinds.contains(failure.kind) else {
            inRow = 0
            // Requests that started earlier say nothing about what has been fixed since.
            guard let pause, startedAt >= pause.at else { return nil }
            // Other failures say nothing about the reason.
            guard failure?.kind.traits.provesUse ?? true else { return nil }
            self.pause = nil
            return .recovered
        }
        if let pause { return startedAt >= pause.at ? .stillPaused : nil }
        if isFirst { inRow += 1 }
        guard inRow >= Self.mostInRow else { return nil }
        pause = ModelPause(kind: failure.kind, message: failure.message, at: now)
        return .paused
    }

    private mutating func refused(
        _ failure: Failure, for seconds: Double?, startedAt: Date, now: Date
    ) -> Change? {
        inRow = 0
        if let pause {
            // The provider of a model that is paused for another reason may only be busy, unless the refusals continue.
            let saysSo = pause.kind.isRefusal || seconds != nil
            return saysSo && startedAt >= pause.at ? .stillPaused : nil
        }
        guard let seconds else { return nil }
        let message = "refused every request for \(DurationText.rounded(seconds)): \(failure.message)"
        pause = ModelPause(kind: failure.kind, message: message, at: now)
        return .paused
    }
}

/// Why no more cells of a model are started in a run.
public struct ModelPause: Sendable, Equatable {
    /// The kind of its failures.
    public let kind: FailureKind
    /// The last failure in the words of the provider or `llm`, redacted.
    public let message: String
    /// Start of the pause.
    public let at: Date

    /// Whether a failure of that kind has the same cause as the pause, so that its cell waits with the others.
    func explains(_ kind: FailureKind) -> Bool {
        ModelHealth.kinds.contains(kind) || self.kind.isRefusal && kind.isRefusal
    }

    var json: JSONValue {
        .object([
            .init("kind", .string(kind.rawValue)), .init("message", .string(message)),
            .init("since", .string(Timestamp.utc(at))),
        ])
    }
}
