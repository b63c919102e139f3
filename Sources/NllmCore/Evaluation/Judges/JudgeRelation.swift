/// How the facts in an answer relate to those in a reference, by promptfoo's letters.
enum JudgeRelation: String, Sendable, CaseIterable {
    case subset = "A"
    case superset = "B"
    case same = "C"
    case disagreement = "D"
    case irrelevantDifference = "E"

    /// Whether the answer is true to the reference.
    var passes: Bool { self != .disagreement }

    /// What it means, for a judge.
    var meaning: String {
        switch self {
        case .subset: "ANSWER has some of the facts in REFERENCE, and is consistent with it."
        case .superset: "ANSWER has all facts in REFERENCE and more, and is consistent with it."
        case .same: "ANSWER has the same facts as REFERENCE."
        case .disagreement: "ANSWER and REFERENCE contradict each other."
        case .irrelevantDifference: "They differ, but not in what matters for facts."
        }
    }
}
