import NllmCore

extension ComparisonReport {
    /// The comparison for programs, with all prompts that changed.
    var json: JSONValue {
        .object([
            .init("before", Self.json(before)), .init("now", Self.json(now)),
            .init("headline", .string(comparison.headline)),
            .init("models", .array(comparison.models.map(\.json))),
        ])
    }

    private static func json(_ side: (run: String, model: String?)) -> JSONValue {
        .object([.init("run", .string(side.run)), .init("model", .optional(side.model))])
    }
}

extension RunComparison.Model {
    fileprivate var json: JSONValue {
        .object([
            .init("model", .string(label)), .init("verdict", .string(verdict.rawValue)),
            .init("text", .string(sentence)), .init("compared", .integer(compared)), .init("drop", .optional(drop)),
            .init("bound", .optional(bound)), .init("p", .optional(pValue)),
            .init("before", figuresBefore?.json ?? .null), .init("now", figuresNow?.json ?? .null),
            .init("failing", .array(failing.map(\.json))), .init("fixed", .array(fixed.map(\.json))),
            .init("edited", .integer(edited)), .init("checked_otherwise", .integer(checkedOtherwise)),
            .init("new", .strings(newPrompts)), .init("gone", .strings(gonePrompts)),
            .init("no_verdict", .strings(unjudgedPrompts)), .init("events", .strings(events)),
        ])
    }
}

extension RunComparison.Change {
    fileprivate var json: JSONValue {
        .object([
            .init("prompt_id", .string(prompt)), .init("edited", isEdited.map(JSONValue.bool) ?? .null),
            .init("checked_otherwise", .bool(isCheckedOtherwise)),
        ])
    }
}
