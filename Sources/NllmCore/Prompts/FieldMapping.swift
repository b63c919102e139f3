/// Which fields of a file mean which of ours, where the names differ.
public struct FieldMapping: Sendable, Equatable {
    private struct Pair: Equatable {
        /// Our name of it; `vars` keeps the field as a variable.
        var ours: String
        /// The field's name in the file, or a path to a member of an object in it, as in `data.question`.
        var theirs: String
    }

    private var pairs: [Pair] = []

    /// Nothing is renamed.
    public init() {}

    /// Reads pairs as `--map` takes them: `prompt=question`.
    public init(_ texts: [String]) throws(NllmError) {
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw .usage("`--map \(text)` is not OURS=FIELD; write --map prompt=question")
            }
            guard PromptFieldReader.names.contains(parts[0]) else {
                throw .usage(
                    "`--map \(text)`: `\(parts[0])` is no field of a prompt; the first name is one of "
                        + PromptFieldReader.names.joined(separator: ", ")
                        + NearestName.hint(parts[0], among: PromptFieldReader.names))
            }
            guard parts[0] == "vars" || !pairs.contains(where: { $0.ours == parts[0] }) else {
                throw .usage("`--map \(text)`: `\(parts[0])` is mapped twice")
            }
            pairs.append(Pair(ours: parts[0], theirs: parts[1]))
        }
    }

    /// The pairs as they were written.
    var texts: [String] { pairs.map { "\($0.ours)=\($0.theirs)" } }

    /// The names of the fields in the file.
    var fields: [String] { pairs.map(\.theirs) }

    /// Whether nothing is renamed.
    var isEmpty: Bool { pairs.isEmpty }

    /// Renames fields.
    ///
    /// A field of ours that another one takes the place of is kept as a variable.
    ///
    /// - Parameters:
    ///   - fields: the fields of a record.
    ///   - found: called with each pair, as it was written, whose field is there.
    /// - Returns: the fields under our names, and those that are variables although they have one of our names.
    func apply(
        _ fields: [PromptField], found: (String) -> Void
    ) -> (fields: [PromptField], variables: [PromptField]) {
        var (mapped, taken, variables): ([PromptField], Set<String>, [PromptField]) = ([], [], [])
        for pair in pairs {
            guard let field = Self.field(pair.theirs, in: fields) else { continue }
            found("\(pair.ours)=\(pair.theirs)")
            if fields.contains(where: { $0.name == pair.theirs }) { taken.insert(pair.theirs) }
            if pair.ours == "vars" {
                variables.append(field)
            } else {
                mapped.append(PromptField(name: pair.ours, value: field.value, line: field.line))
            }
        }
        let replaced = Set(mapped.map(\.name))
        for field in fields where !taken.contains(field.name) {
            if replaced.contains(field.name) { variables.append(field) } else { mapped.append(field) }
        }
        return (mapped, variables)
    }

    /// The field of that name, or the member at that path.
    private static func field(_ name: String, in fields: [PromptField]) -> PromptField? {
        if let field = fields.first(where: { $0.name == name }) { return field }
        guard let dot = name.firstIndex(of: "."),
            let outer = fields.first(where: { $0.name == name[..<dot] }),
            let value = outer.value.member(at: name[name.index(after: dot)...])
        else { return nil }
        return PromptField(name: name, value: value, line: outer.line)
    }
}
