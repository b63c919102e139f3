/// What an assertion says about an answer: a score and whether it passes, or no verdict.
///
/// No verdict is neither a pass nor a fail: a judge, a command or a check said nothing usable.
public struct Verdict: Sendable, Hashable {
    /// From 0 to 1; nil without a verdict.
    public let score: Double?
    /// Whether it passes; nil without a verdict.
    public let passed: Bool?
    /// Why, on one line, for people; empty where a pass needs no words.
    public let reason: String

    private init(score: Double?, passed: Bool?, reason: String) {
        self.score = score
        self.passed = passed
        self.reason = reason
    }

    /// A verdict with a score of its own.
    static func scored(_ score: Double, passed: Bool, reason: String = "") -> Verdict {
        Verdict(score: min(1, max(0, score)), passed: passed, reason: reason)
    }

    /// A verdict that is all or nothing.
    static func passed(_ passed: Bool, reason: String = "") -> Verdict {
        scored(passed ? 1 : 0, passed: passed, reason: reason)
    }

    /// Nothing usable was said.
    static func none(_ reason: String) -> Verdict { Verdict(score: nil, passed: nil, reason: reason) }

    /// The opposite; no verdict stays none.
    func negated(reason: String) -> Verdict {
        guard let score, let passed else { return self }
        return Verdict(score: 1 - score, passed: !passed, reason: reason)
    }
}
