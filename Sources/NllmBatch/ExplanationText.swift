import FoundationEssentials
import NllmCore

/// What is said about a cell to people.
extension CellExplanation {
    /// The changes that are listed.
    private static let listed = 8

    /// The reason in a few words.
    var sentence: String {
        switch reason {
        case .new: "asked: new in this run"
        case .edited: "asked again: its \(changedParts) changed"
        case .unchanged where assertionsChanged: "asked again: only its assertions changed, and no answer was reused"
        case .unchanged: "asked again: nothing changed, but no answer was reused"
        case .interrupted where status == .pending: "interrupted: not answered yet; it goes first"
        case .interrupted: "asked again: it was interrupted"
        case .requeued where status == .pending: "put back to be asked again; not answered yet"
        case .requeued:
            "asked again: it was put back" + (failure.map { " after a failure (\($0.kind))" } ?? " by `retry`")
        case .failedBefore: "asked again: an attempt failed" + (failure.map { " (\($0.kind))" } ?? "")
        case .kept: "kept: its request is the same"
        case .moved where comparison?.run == run || previousRun == nil: movedSentence("kept: moved")
        case .moved: movedSentence("asked again: moved")
        case .restored: "kept: its request came back into the run"
        case .assertions: "kept: only its assertions changed"
        case .cached: "taken from the cache"
        case .given: "not asked: its answer was given with it"
        case .removed: "removed: an edit took it out of the run"
        case .cancelled: "skipped: it was cancelled"
        case .running: "running"
        case .failed: "failed" + (failure.map { ": \($0.kind)" } ?? "")
        default: waitSentence
        }
    }

    private func movedSentence(_ words: String) -> String { words + (movedFrom.map { " from `\($0)`" } ?? "") }

    private var waitSentence: String {
        switch reason {
        case .missingKey: "skipped: its model has no key"
        case .modelPaused: "skipped: its model is paused"
        case .budget: "skipped: the budget is used up"
        case .noPrice: "skipped: its model has no known price, but the cost is limited"
        case .runPaused: "skipped: its run is paused"
        case .runBlocked: "skipped: its run is blocked"
        case .noWorker: "not asked yet: no worker is running"
        default: "not asked yet" + (notBefore == nil ? "" : ": it waits to be retried")
        }
    }

    /// What the reason does not say: a line for each fact.
    var details: [String] {
        var lines = comparisonLine.map { [$0] } ?? []
        lines += changes.prefix(Self.listed).map(\.line)
        if changes.count > Self.listed { lines.append("and \(changes.count - Self.listed) more changes") }
        if let movedFrom, reason != .moved { lines.append("the same was asked as `\(movedFrom)`") }
        if assertionsChanged, reason != .assertions { lines.append("its assertions changed, too") }
        if let cachedFrom {
            let parts = ["run", "prompt_id"].map { cachedFrom[$0]?.stringValue ?? "" }
            lines.append("the answer is that of `\(parts[1])` in run \(parts[0])")
        }
        if let wait, status == .pending, reason != .noWorker { lines.append(wait.text()) }
        return lines.map(\.oneLine)
    }

    private var comparisonLine: String? {
        guard let comparison, !changes.isEmpty || reason == .unchanged else {
            return reason == .new ? previousRun.map { "run \($0), from the same sources, did not have it" } : nil
        }
        let model = comparison.model == model ? "" : ", as \(comparison.model)"
        return comparison.isEdit
            ? "compared with its cell before the run was edited\(model)" : "compared with run \(comparison.run)\(model)"
    }

    /// How its last attempt ended; nil if there was none, or its time says nothing.
    var lastAttempt: String? {
        guard let finishedAt, let duration, cachedFrom == nil else { return nil }
        let end = "\(Timestamp.day(finishedAt)), after \(Format.duration(duration))"
        switch status {
        case .ok: return "answered \(end), attempt \(attempts)"
        default: return failure.map { "attempt \(attempts) failed \(end): \($0.kind): \($0.message)" }
        }
    }

    /// The parts that changed, in a few words.
    private var changedParts: String {
        let names = changes.map(\.title)
        return names.count > 2 ? "\(names[0]) and \(names.count - 1) more parts" : names.joined(separator: " and ")
    }

    /// The explanation for programs.
    var json: JSONValue {
        .object([
            .init("run", .string(run)), .init("prompt_id", .string(prompt)), .init("model", .string(model)),
            .init("sample", .integer(sample)), .init("status", .string(status.rawValue)),
            .init("reason", .string(reason.rawValue)), .init("text", .string(sentence)),
            .init("compared_with", comparison?.json ?? .null), .init("changes", .array(changes.map(\.json))),
            .init("assertions_changed", .bool(assertionsChanged)), .init("moved_from", .optional(movedFrom)),
            .init("cached_from", cachedFrom?.withoutMilliseconds ?? .null), .init("waits_for", wait?.json ?? .null),
            .init("attempts", .integer(attempts)), .init("finished_at", .optional(finishedAt.map(Timestamp.utc))),
            .init("failure", .optional(failure.map { "\($0.kind): \($0.message)" })),
        ])
    }
}

extension JSONValue {
    /// The source of an answer as it stands in results.
    fileprivate var withoutMilliseconds: JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.name != "finished_ms" })
    }
}

extension CellExplanation.Comparison {
    fileprivate var json: JSONValue {
        .object([
            .init("run", .string(run)), .init("prompt_id", .string(prompt)), .init("model", .string(model)),
            .init("is_edit", .bool(isEdit)),
        ])
    }
}

extension RequestChange {
    /// What is shown of a text around the first difference, in characters.
    private static let (lead, length) = (10, 28)

    /// What changed, in a few words.
    fileprivate var title: String {
        let name = name.map { " `\($0)`" } ?? ""
        return switch part {
        case .prompt: "prompt text"
        case .turn: "turn\(name)"
        case .message: "message\(name)"
        case .system: "system prompt"
        case .schema: "schema"
        case .option: "option\(name)"
        case .attachment: "attachment"
        case .file: "file\(name)"
        case .model: "model"
        case .argument: "arguments"
        case .templateArgument: "template argument\(name)"
        case .givenAnswer: "given answer"
        case .unknown: "settings or files, which are no longer stored as they were,"
        }
    }

    /// What changed, with both values.
    fileprivate var line: String {
        switch part {
        case .unknown: "no longer stored: options, system prompt and arguments of the run, content of files"
        case .file: "\(title): its content"
        default: "\(title): \(excerpt(before, after)) → \(excerpt(after, before))"
        }
    }

    /// The text, or of a long one a piece around its first difference from another.
    private func excerpt(_ text: String?, _ other: String?) -> String {
        guard let text else { return "none" }
        let common = zip(text, other ?? "").prefix { $0 == $1 }.count
        let start = text.count > Self.length ? max(0, min(common - Self.lead, text.count - Self.length)) : 0
        let piece = text.dropFirst(start)
        let end = piece.count > Self.length ? "…" : ""
        return "`\(start > 0 ? "…" : "")\(piece.prefix(Self.length))\(end)`"
    }

    fileprivate var json: JSONValue {
        .object([
            .init("part", .string(part.rawValue)), .init("name", .optional(name)), .init("before", .optional(before)),
            .init("after", .optional(after)),
        ])
    }
}
