public import FoundationEssentials

/// Whether a model of a run can be used at all: it is paused after failures in a row that no repetition mends, and when
/// its provider has refused everything for too long.
struct ModelHealth: Sendable, Equatable {
    /// So many failures in a row pause a model.
    static let mostInRow = 3
    /// The failures that say that the model can't be used as things are, whatever is asked.
    static let kinds = Set(FailureKind.allCases.filter { $0.traits.meaning == .modelUnusable })

    /// What an attempt has changed.
    enum Change: Sendable, Equatable {
        /// No more of its cells are started.
        case paused
        /// It can be used again.
        case recovered
        /// It still can't be used.
        case stillPaused
    }

    var inRow = 0
    var pause: ModelPause?

    /// Takes in how an attempt ended that came to an end by itself.
    ///
    /// - Parameters:
    ///   - failure: why it failed; nil if it did not.
    ///   - isFirst: whether it was its cell's first attempt: what fails once more says nothing new of the model.
    ///   - refused: for how many seconds the provider has refused everything, if that is long enough to give it up.
    ///   - startedAt: when it started.
    ///   - now: when it ended.
    /// - Returns: what is different now.
    mutating func ended(
        _ failure: Failure?, isFirst: Bool = true, refused: Double? = nil, startedAt: Date, now: Date
    ) -> Change? {
        if let failure, failure.kind.isRefusal {
            return self.refused(failure, for: refused, startedAt: startedAt, now: now)
        }
        guard let failure, Self.kinds.contains(failure.kind) else {
            inRow = 0
            // What was under way before says nothing of what has been mended since.
            guard let pause, startedAt >= pause.at else { return nil }
            // Anything else says nothing about the reason.
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
            // One that is paused for another reason may only be busy, unless it stays so.
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
    /// The last failure in the provider's or `llm`'s words, redacted.
    public let message: String
    /// Since when.
    public let at: Date

    /// Whether a failure of that kind comes from what the model is paused for, so that its cell waits with the others.
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
