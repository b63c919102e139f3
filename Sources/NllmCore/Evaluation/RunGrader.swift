internal import FoundationEssentials

/// Applies the assertions of prompts to answers, and records what they say.
///
/// Grades are derived from answers: one that is missing, because a worker died or an answer was reused, is made up for
/// before a run's artifacts are written.
package actor RunGrader {
    /// The number of answers that are read, graded and recorded at a time.
    private static let batch = 500
    /// The most prepared gradings that are kept.
    private static let most = 250

    /// What is done about assertions that a model or a program decides.
    package enum Elsewhere: Sendable {
        /// Answers with such assertions are left to others.
        case left
        /// Judges' replies are read and programs run; users' own only if they may be.
        case asked(allowsCommands: Bool)
    }

    private let store: Store
    private let elsewhere: Elsewhere
    private var prepared: [GradingID: Grader] = [:]

    package init(store: Store, _ elsewhere: Elsewhere = .left) { (self.store, self.elsewhere) = (store, elsewhere) }

    /// Grades these answers, as far as they have no grade yet.
    func grade(_ attempts: [AttemptID], of run: RunID) async throws(NllmError) {
        var rest = attempts[...]
        while !rest.isEmpty {
            var changes = GradeChanges()
            try await grade(try await store.ungraded(Array(rest.prefix(Self.batch))), of: run, &changes)
            rest = rest.dropFirst(Self.batch)
        }
    }

    /// Grades the answers of a run; those about which its judge has yet to speak are left out.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - scope: which answers; a grade that says the same as before is not recorded.
    ///   - isLast: whether nothing more is asked, so that what a judge has not said is no verdict.
    /// - Returns: what was graded.
    /// - Throws: if the store cannot be read or written.
    @discardableResult
    package func grade(
        run: RunID, _ scope: GradingScope = .ungraded, isLast: Bool = false
    ) async throws(NllmError) -> GradeChanges {
        var (last, changes) = (CellID(0), GradeChanges())
        while true {
            let answers = try await store.ungraded(of: run, after: last, scope, limit: Self.batch)
            guard let end = answers.last else { return changes }
            try await grade(answers, of: run, isLast: isLast, &changes)
            last = end.cellID
        }
    }

    /// Has a run's judge asked about all answers that have no verdict yet.
    ///
    /// - Returns: whether it has yet to speak about any.
    /// - Throws: if the store cannot be read or written.
    func ask(run: RunID) async throws(NllmError) -> Bool {
        guard var judge = try await RunJudge(of: run, in: store) else { return false }
        var (last, isWaiting) = (CellID(0), false)
        while true {
            let answers = try await prepared(
                try await store.ungraded(of: run, after: last, .withoutVerdict, limit: Self.batch))
            guard let end = answers.last else { return isWaiting }
            try await judge.look(answers, in: store)
            let missing = answers.map { judge.missing($0.answer, $0.grader) }.reduce(into: [:]) { all, questions in
                all.merge(questions) { first, _ in first }
            }
            if !missing.isEmpty { try await store.ask(judge.judge, missing) }
            isWaiting = isWaiting || !answers.allSatisfy { judge.isDone(with: $0.answer, $0.grader) }
            last = end.answer.cellID
        }
    }

    /// What the answers to a prompt would have come to under other assertions; nil if they are gone.
    func regrade(_ outcome: PromptOutcome, by grading: GradingID) async throws(NllmError) -> PromptOutcome? {
        guard let found = try await store.answers(outcome) else { return nil }
        let answers = try await prepared(found, by: grading)
        var again = outcome
        (again.grading, again.trials, again.failures) = (grading, 0, 0)
        var judge = try await RunJudge(of: outcome.runID, in: store)
        try await judge?.look(answers, in: store)
        for (answer, grader) in answers {
            var said = try await saidBefore(about: answer, by: outcome.grading)
            for assertion in grader.elsewhere where assertion.type.isJudged {
                guard let judge, judge.isDone(with: answer, grader) else { return nil }
                said[assertion] = judge.verdict(assertion, on: answer)
            }
            // What nobody was asked is not known.
            guard grader.elsewhere.allSatisfy({ said[$0] != nil }) else { return nil }
            let grade = grader.grade(CheckedAnswer(answer)) { said[$0] ?? Self.unasked($0) }
            guard let passed = grade.passed else { continue }
            again.trials += 1
            if !passed { again.failures += 1 }
        }
        return again
    }

    private func grade(
        _ answers: [UngradedAnswer], of run: RunID, isLast: Bool = false, _ changes: inout GradeChanges
    ) async throws(NllmError) {
        let answers = try await prepared(answers)
        var judge: RunJudge?
        if case .asked = elsewhere, answers.contains(where: { !$0.grader.judged.isEmpty }) {
            judge = try await RunJudge(of: run, in: store)
            try await judge?.look(answers, in: store)
        }
        let ready = answers.filter { answer, grader in
            if !grader.elsewhere.isEmpty, case .left = elsewhere { return false }
            guard let judge, !isLast else { return true }
            return judge.isDone(with: answer, grader)
        }
        let said = try await said(about: ready, of: run)
        var grades: [CellGrade] = []
        for (answer, grader) in ready {
            let grade = ResultRecord.Grade(
                grader.grade(CheckedAnswer(answer)) { assertion in
                    if let verdict = said[answer.cellID]?[assertion] { return verdict }
                    guard let judge, assertion.type.isJudged else { return Self.unasked(assertion) }
                    return judge.verdict(assertion, on: answer)
                })
            changes.add(answer, grade)
            if answer.isGraded, answer.grade == grade { continue }
            grades.append(
                CellGrade(
                    cellID: answer.cellID, attemptID: answer.attemptID, gradingID: answer.gradingID, grade: grade))
        }
        try await store.record(grades, of: run, now: Date())
    }

    /// What was said about an answer by each assertion that it was graded by.
    private func saidBefore(
        about answer: UngradedAnswer, by grading: GradingID
    ) async throws(NllmError) -> [Assertion: Verdict] {
        guard case .array(let verdicts)? = answer.grade?.verdicts,
            let assertions = try? Grading(json: try await store.grading(grading)).assertions,
            assertions.count == verdicts.count
        else { return [:] }
        return Dictionary(zip(assertions, verdicts.map(Verdict.init(stored:)))) { first, _ in first }
    }

    /// What programs say about answers, by cell and assertion.
    private func said(
        about answers: [(answer: UngradedAnswer, grader: Grader)], of run: RunID
    ) async throws(NllmError) -> [CellID: [Assertion: Verdict]] {
        guard case .asked(let allowsCommands) = elsewhere else { return [:] }
        let wanted = answers.flatMap { item in
            item.grader.elsewhere.filter { $0.type == .similar || $0.type == .command && allowsCommands }
                .map { (answer: item.answer, assertion: $0) }
        }
        guard !wanted.isEmpty else { return [:] }
        let directory = try await store.directory(of: run)
        let said = await withTaskGroup(of: (CellID, Assertion, Verdict).self) { group in
            var said: [CellID: [Assertion: Verdict]] = [:]
            for (index, item) in wanted.enumerated() {
                if index >= Self.programs, let next = await group.next() { said[next.0, default: [:]][next.1] = next.2 }
                group.addTask {
                    let verdict =
                        item.assertion.type == .similar
                        ? await SimilarityVerdict.of(item.assertion, on: item.answer)
                        : await CommandVerdict.of(item.assertion, on: item.answer, directory: directory)
                    return (item.answer.cellID, item.assertion, verdict)
                }
            }
            for await next in group { said[next.0, default: [:]][next.1] = next.2 }
            return said
        }
        // Programs that were ended together with this task have said nothing.
        guard !Task.isCancelled else { throw .inputOutput(what: "programs of assertions", reason: "interrupted") }
        return said
    }

    /// The number of programs that run at a time.
    private static let programs = 4

    private static let unasked: @Sendable (Assertion) -> Verdict = { assertion in
        switch assertion.type {
        case .command: .none("`command` runs a program; allow it with --allow-commands")
        case .similar: .none("`similar` was not asked for")
        default: .none("`\(assertion.name)` needs a judge")
        }
    }

    /// Answers with their assertions, or with others in place of them.
    private func prepared(
        _ answers: [UngradedAnswer], by grading: GradingID? = nil
    ) async throws(NllmError) -> [(answer: UngradedAnswer, grader: Grader)] {
        var all: [(answer: UngradedAnswer, grader: Grader)] = []
        for answer in answers { all.append((answer, try await prepared(grading ?? answer.gradingID))) }
        return all
    }

    private func prepared(_ id: GradingID) async throws(NllmError) -> Grader {
        if let known = prepared[id] { return known }
        let content = try await store.grading(id)
        let grader: Grader
        do throws(AssertionProblem) {
            let grading = try Grading(json: content)
            grader = try Grader(grading.assertions, threshold: grading.threshold)
        } catch {
            throw .alteredDatabase(path: store.path, reason: "assertions that cannot be read: \(error.message)")
        }
        if prepared.count == Self.most { prepared = [:] }
        prepared[id] = grader
        return grader
    }
}

extension CheckedAnswer {
    fileprivate init(_ answer: UngradedAnswer) {
        self.init(
            text: answer.text, variables: answer.vars ?? .object([]), durationMilliseconds: answer.duration,
            cost: answer.cost, finishReason: answer.finishReason)
    }
}

extension ResultRecord.Grade {
    fileprivate init(_ grade: Grade) {
        self.init(score: grade.score, passed: grade.passed, verdicts: .array(grade.entries.map(\.json)))
    }
}

extension Grade.Entry {
    /// The verdict as it stands in results.
    fileprivate var json: JSONValue {
        var members = [JSONValue.Member("type", .string(assertion.name))]
        if let metric = assertion.metric { members.append(.init("metric", .string(metric))) }
        members += [
            .init("score", verdict.score.map { .number(String($0)) } ?? .null),
            .init("pass", verdict.passed.map(JSONValue.bool) ?? .null), .init("reason", .string(verdict.reason)),
        ]
        if !self.members.isEmpty { members.append(.init("asserts", .array(self.members.map(\.json)))) }
        return .object(members)
    }
}

extension Verdict {
    /// Reads a verdict as it stands in results.
    fileprivate init(stored json: JSONValue) {
        let reason = json["reason"]?.stringValue ?? ""
        guard case .bool(let passed)? = json["pass"] else {
            self = .none(reason)
            return
        }
        self = .scored(json["score"]?.doubleValue ?? (passed ? 1 : 0), passed: passed, reason: reason)
    }
}
