/// What grading answers has changed.
package struct GradeChanges: Sendable {
    /// An answer whose verdict is another one now.
    package struct Change: Sendable, Hashable {
        package let prompt: String
        package let model: String
        package let sample: Int
        /// Whether it passed before; nil: no verdict.
        package let before: Bool?
        /// Whether it passes now; nil: no verdict.
        package let now: Bool?
    }

    /// The number of changes that are kept.
    private static let most = 1000

    /// The number of answers that were graded.
    package private(set) var answers = 0
    /// How many passed.
    package private(set) var verdicts = VerdictCounts()
    /// The number of answers that had no grade before.
    package private(set) var new = 0
    /// The number of answers whose score is another one, although their verdict is not.
    package private(set) var rescored = 0
    /// The number of answers whose verdict is another one.
    package private(set) var changed = 0
    /// The first answers whose verdict is another one.
    package private(set) var changes: [Change] = []

    /// Whether everything is as it was.
    package var isEmpty: Bool { new + rescored + changed == 0 }

    mutating func add(_ answer: UngradedAnswer, _ grade: ResultRecord.Grade) {
        answers += 1
        switch grade.passed {
        case true?: verdicts.passed += 1
        case false?: verdicts.failed += 1
        case nil: verdicts.none += 1
        }
        guard let earlier = answer.grade else {
            new += 1
            return
        }
        guard earlier.passed != grade.passed else {
            if earlier.score != grade.score { rescored += 1 }
            return
        }
        changed += 1
        guard changes.count < Self.most else { return }
        changes.append(
            Change(
                prompt: answer.prompt, model: answer.label, sample: answer.sample, before: earlier.passed,
                now: grade.passed))
    }
}
