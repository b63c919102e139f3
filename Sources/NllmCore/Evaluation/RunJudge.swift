/// What a run's judge says about a batch of answers.
struct RunJudge: Sendable {
    let judge: StoredJudge
    private let secret: [UInt8]
    private var cells: [String: JudgeCell] = [:]

    /// The judge of a run; nil if it has none.
    init?(of run: RunID, in store: Store) async throws(NllmError) {
        guard let judge = try await store.judge(of: run) else { return nil }
        self.judge = judge
        secret = try await store.secret("judge")
    }

    /// Looks up what is known about these answers.
    mutating func look(_ answers: [(answer: UngradedAnswer, grader: Grader)], in store: Store) async throws(NllmError) {
        let ids = answers.flatMap { item in
            item.grader.judged.compactMap { question($0, item.answer).map(id) }
        }
        cells = try await store.judgeCells(of: judge, ids)
    }

    /// The questions about an answer that have not been asked, texts by what identifies them.
    func missing(_ answer: UngradedAnswer, _ grader: Grader) -> [String: String] {
        var missing: [String: String] = [:]
        for assertion in grader.judged {
            guard let question = question(assertion, answer), cells[id(question)] == nil else { continue }
            missing[id(question)] = question.text
        }
        return missing
    }

    /// Whether every question about an answer has been settled.
    func isDone(with answer: UngradedAnswer, _ grader: Grader) -> Bool {
        grader.judged.allSatisfy { assertion in
            guard let question = question(assertion, answer) else { return true }
            switch cells[id(question)] {
            case .answered, .failed: return true
            case .waiting, nil: return false
            }
        }
    }

    /// What the judge says by an assertion.
    func verdict(_ assertion: Assertion, on answer: UngradedAnswer) -> Verdict {
        do throws(AssertionProblem) {
            let question = try judgeQuestion(assertion, answer)
            guard case .answered(let text)? = cells[id(question)], let reply = JudgeReply(text, about: answer.text)
            else {
                return JudgeReply.noVerdict
            }
            return reply.verdict(by: assertion)
        } catch {
            return .none(error.message)
        }
    }

    private func question(_ assertion: Assertion, _ answer: UngradedAnswer) -> JudgeQuestion? {
        try? judgeQuestion(assertion, answer)
    }

    private func judgeQuestion(
        _ assertion: Assertion, _ answer: UngradedAnswer
    ) throws(AssertionProblem) -> JudgeQuestion {
        try JudgeQuestion(
            assertion, question: answer.question, variables: answer.vars ?? .object([]), answer: answer.text,
            secret: secret)
    }

    private func id(_ question: JudgeQuestion) -> String {
        question.id(label: judge.label, name: judge.name, options: judge.options)
    }
}
