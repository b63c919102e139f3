/// The verdict in a judge's text.
struct JudgeReply: Sendable, Hashable {
    /// Why, in the judge's words, which may be none.
    let reason: String
    /// From 0 to 1.
    let score: Double
    let passed: Bool

    /// Nothing usable came from the judge.
    static let noVerdict = Verdict.none("the judge gave no usable verdict")

    /// Finds the one verdict that the judge gives, a JSON object with `pass` and perhaps `score`, or with `relation`.
    ///
    /// Other text around it does not matter. There is none if an object like a verdict is broken, cut off or contradicts
    /// another, or if all of them stand in the judged answer as well.
    ///
    /// - Parameters:
    ///   - text: the judge's text.
    ///   - answer: the answer that was judged.
    init?(_ text: String, about answer: String) {
        guard let objects = JudgeObject.all(in: text) else { return nil }
        let quotable = JudgeObject.bare(answer.utf8)
        var replies: [JudgeReply] = []
        for object in objects where !quotable.contains(object.bare) {
            guard let reply = JudgeReply(object.value) else { return nil }
            replies.append(reply)
        }
        guard let reply = replies.last,
            replies.allSatisfy({ $0.passed == reply.passed && $0.score == reply.score })
        else { return nil }
        self = reply
    }

    /// Reads an object that is meant as a verdict; nil if it is none.
    private init?(_ object: JSONValue) {
        guard case .object(let members) = object, Set(members.map(\.name)).count == members.count else { return nil }
        reason = object["reason"]?.stringValue ?? ""
        if let relation = object["relation"] {
            guard let relation = relation.stringValue.flatMap(JudgeRelation.init), object["score"] == nil,
                [nil, .bool(relation.passes)].contains(object["pass"])
            else { return nil }
            (passed, score) = (relation.passes, relation.passes ? 1 : 0)
        } else {
            guard case .bool(let passed)? = object["pass"] else { return nil }
            guard let score = object["score"].map(\.doubleValue) ?? (passed ? 1 : 0), (0...1).contains(score) else {
                return nil
            }
            (self.passed, self.score) = (passed, score)
        }
    }

    /// What the reply says by an assertion: it passes if the judge says so and the score reaches the threshold, if any.
    func verdict(by assertion: Assertion) -> Verdict {
        var words = reason.oneLine.shortened(to: Self.reasonLength)
        if words.isEmpty { words = "the judge gave no reason" }
        let missed = assertion.threshold.flatMap { score < $0 ? $0 : nil }
        if let missed { words = "expected a score of at least \(missed.shortest), found \(score.hundredths): \(words)" }
        let verdict = Verdict.scored(score, passed: passed && missed == nil, reason: words)
        guard assertion.isNegated else { return verdict }
        return verdict.negated(reason: verdict.passed == true ? "not wanted: \(words)" : words)
    }

    private static let reasonLength = 500
}
