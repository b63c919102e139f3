/// The assertions of a test, prepared once for any number of answers.
struct Grader: Sendable {
    private enum Part: Sendable {
        case check(AssertionCheck)
        /// Decided by a model or a command.
        case elsewhere(Assertion)
        case set(Assertion, [Part])
    }

    private let parts: [Part]
    private let threshold: Double?

    /// - Parameters:
    ///   - assertions: the assertions.
    ///   - threshold: the least score that passes; nil if no assertion may fail.
    ///   - variables: those of all answers, an object; nil if each answer brings its own.
    /// - Throws: what is wrong with the value of an assertion, or with filling it in.
    init(_ assertions: [Assertion], threshold: Double? = nil, variables: JSONValue? = nil) throws(AssertionProblem) {
        self.threshold = threshold
        parts = try assertions.map { assertion throws(AssertionProblem) in try Self.part(assertion, variables) }
        elsewhere = Self.elsewhere(parts)
    }

    private static func part(_ assertion: Assertion, _ variables: JSONValue?) throws(AssertionProblem) -> Part {
        if assertion.type == .set {
            return .set(
                assertion,
                try assertion.members.map { member throws(AssertionProblem) in try part(member, variables) })
        }
        guard assertion.type.isDecidedHere else { return .elsewhere(assertion) }
        guard let variables else { return .check(try AssertionCheck(assertion)) }
        return .check(try AssertionCheck(assertion, variables: variables))
    }

    /// The assertions that are not decided here, those in sets included.
    let elsewhere: [Assertion]
    /// Those of them that a model decides.
    var judged: [Assertion] { elsewhere.filter(\.type.isJudged) }

    private static func elsewhere(_ parts: [Part]) -> [Assertion] {
        parts.flatMap { part -> [Assertion] in
            switch part {
            case .check: []
            case .elsewhere(let assertion): [assertion]
            case .set(_, let members): elsewhere(members)
            }
        }
    }

    /// The grade of an answer.
    ///
    /// - Parameters:
    ///   - answer: the answer.
    ///   - verdict: what a model or a command says about the answer by an assertion that is not decided here.
    /// - Returns: the grade.
    func grade(_ answer: CheckedAnswer, elsewhere verdict: (Assertion) -> Verdict) -> Grade {
        Grade(parts.map { entry($0, answer, verdict) }, threshold: threshold)
    }

    private func entry(_ part: Part, _ answer: CheckedAnswer, _ elsewhere: (Assertion) -> Verdict) -> Grade.Entry {
        switch part {
        case .check(let check): Grade.Entry(assertion: check.assertion, verdict: check.verdict(on: answer))
        case .elsewhere(let assertion): Grade.Entry(assertion: assertion, verdict: elsewhere(assertion))
        case .set(let assertion, let members):
            Grade.Entry(set: assertion, members: members.map { entry($0, answer, elsewhere) })
        }
    }
}
