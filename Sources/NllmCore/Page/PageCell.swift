/// A cell as the page has it: what its grid needs of it, and what is shown when it is opened.
struct PageCell {
    /// A result, and its cell's executions if there is something to tell of them.
    struct Side {
        let cell: StoredCell
        let result: ResultRecord?
        var attempts: [CellFacts.Attempt] = []
    }

    /// The characters of a reason that the grid shows.
    private static let noteLength = 160

    let tonight: Side
    /// The cell of the run that it is compared with.
    let before: Side?
    /// The place of its model among those of the run.
    let model: Int

    /// What the grid needs, as an array; rows.js names its elements.
    ///
    /// - Parameters:
    ///   - same: a number that the prompt's equal answers share.
    ///   - block: the number of the block with ``details``.
    /// - Returns: the array.
    func row(same: Int?, block: Int) -> JSONValue {
        let result = tonight.result
        return .array([
            .integer(model), .integer(tonight.cell.sample), .string(tonight.cell.status.rawValue),
            tonight.pass, tonight.score, result.map { .integer($0.durationMilliseconds) } ?? .null,
            .optional(result?.tokensInput), .optional(result?.tokensOutput), .finite(result?.cost),
            .integer(result?.attempts ?? 0), .optional(result?.failure?.kind.rawValue), .optional(same),
            .integer(block), .bool(result?.cachedFrom != nil || result?.isGiven == true),
            .optional(note), metrics, beforeRow,
        ])
    }

    /// Why it is not good, shortly.
    private var note: String? {
        guard let result = tonight.result else { return nil }
        let reason = result.failure?.message ?? (result.grade?.passed == true ? nil : result.grade?.firstReason)
        return reason?.oneLine.shortened(to: Self.noteLength)
    }

    /// The score of each metric by name.
    private var metrics: JSONValue {
        guard case .array(let verdicts)? = tonight.result?.grade?.verdicts else { return .null }
        let members = verdicts.flatMap(Self.metrics)
        return members.isEmpty ? .null : .object(members)
    }

    private static func metrics(_ verdict: JSONValue) -> [JSONValue.Member] {
        let own = verdict["metric"]?.stringValue.map { JSONValue.Member($0, verdict["score"] ?? .null) }
        guard case .array(let members)? = verdict["asserts"] else { return own.map { [$0] } ?? [] }
        return (own.map { [$0] } ?? []) + members.flatMap(metrics)
    }

    private var beforeRow: JSONValue {
        guard let before else { return .null }
        let isSame = before.result?.text == tonight.result?.text
        return .array([
            .string(before.cell.status.rawValue), before.pass, before.score, .bool(isSame),
            .bool(before.cell.key != tonight.cell.key),
        ])
    }

    /// What is shown when it is opened.
    var details: JSONValue {
        .object(tonight.members + (before.map { [.init("before", .object($0.members))] } ?? []))
    }
}

extension PageCell.Side {
    fileprivate var pass: JSONValue { result?.grade?.passed.map(JSONValue.bool) ?? .null }
    fileprivate var score: JSONValue { .finite(result?.grade?.score) }

    /// What is known, without what is not.
    fileprivate var members: [JSONValue.Member] {
        guard let result else { return [] }
        var members: [JSONValue.Member] = [
            .init("text", .string(result.text)), .init("status", .string(result.status.rawValue)),
            .init("started", .string(Timestamp.utc(result.startedAt))),
            .init("finished", .string(Timestamp.utc(result.finishedAt))), .init("exit", .integer(result.exitCode)),
        ]
        func add(_ name: String, _ value: JSONValue?) { if let value { members.append(.init(name, value)) } }
        if !result.earlier.isEmpty { add("earlier", .strings(result.earlier)) }
        if let grade = result.grade {
            add("pass", pass)
            add("score", score)
            add("asserts", grade.verdicts)
        }
        add("failure", result.failure?.document)
        if !result.stderrTail.isEmpty { add("stderr", .string(result.stderrTail)) }
        if result.command != .array([]) { add("command", result.command) }
        members += result.served.members
        add("usage", result.usageDetails)
        add("cached_from", result.cachedFrom)
        if result.isGiven { add("given", .bool(true)) }
        if attempts.count > 1 { add("attempts", .array(attempts.map(\.json))) }
        return members
    }
}

extension CellFacts.Attempt {
    fileprivate var json: JSONValue {
        .object([
            .init("number", .optional(number)), .init("outcome", .string(outcome.rawValue)),
            .init("kind", .optional(failure?.kind.rawValue)), .init("message", .optional(failure?.message)),
            .init("finished", .string(Timestamp.utc(finishedAt))), .init("seconds", .finite(duration)),
        ])
    }
}
