/// A column of an export: a member of results, or something within it, such as `metadata.topic`.
public struct ResultColumn: Sendable, Equatable {
    /// Its name, as it heads the column.
    let name: String

    /// The columns of a list, separated by commas.
    ///
    /// - Throws: for a name that results do not have.
    public static func list(_ text: String) throws(NllmError) -> [ResultColumn] {
        try text.split(separator: ",", omittingEmptySubsequences: false).map { name throws(NllmError) in
            try ResultColumn(String(name))
        }
    }

    private init(known name: String) { self.name = name }

    private init(_ name: String) throws(NllmError) {
        let first = name.prefix { $0 != "." }
        guard first == name ? Self.members.contains(name) : Self.containers.contains(String(first)) else {
            let hint = NearestName.hint(name, among: Self.members)
            throw .usage(
                "unknown column `\(name)`"
                    + (hint.isEmpty
                        ? "; use \(Self.members.joined(separator: ", ")), or metadata.KEY and the like" : hint))
        }
        self.name = name
    }

    /// The value in a result; null if it has none.
    func value(in document: JSONValue) -> JSONValue {
        document.member(at: name[...]) ?? document["meta"]?.member(at: name[...]) ?? .null
    }
}

extension ResultColumn {
    /// What a table has unless something else is asked for.
    static let standard = [
        "prompt_id", "model", "sample", "status", "text", "score", "pass", "failure.kind", "failure.message",
        "attempts",
        "duration_ms", "tokens_input", "tokens_output", "cost_estimated", "started_at", "finished_at", "prompt",
    ].map(ResultColumn.init(known:))
    /// What a cell of a wide table has unless something else is asked for.
    static let answer = [ResultColumn(known: "text")]

    /// The members of results, and of their `meta`.
    private static let members = [
        "run", "prompt_id", "model", "sample", "status", "text", "json", "score", "pass", "asserts", "failure",
        "attempts",
        "duration_ms", "started_at", "finished_at", "exit_code", "stderr_tail", "command", "metadata", "vars", "prompt",
        "turns", "schema_version", "meta", "tokens_input", "tokens_output", "cost_estimated", "usage_details",
        "served_model", "served_fingerprint", "finish_reason", "cached_from", "cpu_ms", "peak_memory_kb",
    ]
    private static let containers = [
        "metadata", "vars", "json", "failure", "asserts", "turns", "meta", "usage_details", "cached_from", "prompt",
    ]
}
