/// How many answers passed the assertions of their prompts.
public struct VerdictCounts: Sendable, Hashable {
    /// The number of answers that passed.
    public var passed = 0
    /// The number of answers that did not.
    public var failed = 0
    /// The number of answers without a verdict, which count neither way.
    public var none = 0

    /// The share of answers with a verdict that passed, from 0 to 1; nil without any.
    public var passRate: Double? { passed + failed > 0 ? Double(passed) / Double(passed + failed) : nil }

    static func + (first: VerdictCounts, second: VerdictCounts) -> VerdictCounts {
        VerdictCounts(
            passed: first.passed + second.passed, failed: first.failed + second.failed, none: first.none + second.none)
    }
}
