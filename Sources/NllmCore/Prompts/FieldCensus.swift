/// The fields of a source, over all its records: what is unknown or missing is said once for all of them.
struct FieldCensus {
    private struct Unknown {
        var count = 0
        var first: InputPlace
    }

    /// Names that the prompt often has in files of others.
    private static let prompts = [
        "question", "instruction", "text", "input", "query", "problem", "user", "content", "task", "goal", "sentence",
    ]
    /// Shorter names differ by one letter from too many others.
    private static let leastLength = 5
    private static let shownNames = 12
    /// The characters of a name that are shown.
    private static let shownLength = 60
    /// The number of names that are kept: a file may have a new one in every line.
    private static let mostNames = 1000

    private var records = 0
    /// Our fields that some record has.
    private var known: Set<String> = []
    private var unknown: [String: Unknown] = [:]
    /// Names of unknown fields, in the order in which they were found.
    private var names: [String] = []
    /// Records with one or more of them.
    private var recordsWithUnknown = 0
    /// Bytes of text by field, of fields that are texts.
    private var texts: [String: Int] = [:]
    /// The first field that looks like `messages`.
    private var conversation: String?
    private var withoutPrompt = 0
    private var firstWithoutPrompt: InputPlace?
    /// Pairs of the mapping whose field some record has.
    private var mapped: Set<String> = []

    /// Counts a record.
    ///
    /// - Parameters:
    ///   - fields: its fields that are known.
    ///   - others: those that are kept as variables.
    ///   - place: where it stands.
    mutating func add(known fields: [PromptField], others: [PromptField], at place: InputPlace) {
        records += 1
        if !others.isEmpty { recordsWithUnknown += 1 }
        for field in fields where field.value != .null { known.insert(field.name) }
        for field in others where unknown[field.name] != nil || names.count < Self.mostNames {
            if unknown[field.name] == nil { names.append(field.name) }
            unknown[field.name, default: Unknown(first: place.at(line: field.line))].count += 1
            if conversation == nil, field.value.isConversation { conversation = field.name }
            if let text = field.value.stringValue { texts[field.name, default: 0] += text.utf8.count }
        }
    }

    /// Counts a record in which no field is the prompt.
    mutating func addMissingPrompt(at place: InputPlace) {
        withoutPrompt += 1
        if firstWithoutPrompt == nil { firstWithoutPrompt = place }
    }

    /// Notes that a pair of the mapping has found its field.
    mutating func addMapped(_ pair: String) { mapped.insert(pair) }

    /// What is wrong with the fields of all records.
    func problems(_ mapping: FieldMapping, source: String) -> [(InputPlace, String)] {
        var problems: [(InputPlace, String)] = []
        for pair in mapping.texts where records > 0 && !mapped.contains(pair) {
            let field = pair.split(separator: "=", maxSplits: 1)[1]
            problems.append((InputPlace(file: source), "`--map \(pair)`: no record has a field `\(field)`" + fields))
        }
        for name in names {
            guard !mapping.texts.contains("vars=" + name), let entry = unknown[name], let meant = misspelt(name) else {
                continue
            }
            problems.append((entry.first, "unknown field `\(name)`; did you mean `\(meant)`?"))
        }
        if let place = firstWithoutPrompt, problems.isEmpty { problems.append((place, missingPrompt)) }
        return problems
    }

    /// What is kept as variables; nil for nothing.
    func note(of source: PromptSource) -> String? {
        guard !names.isEmpty else { return nil }
        let noun = source.kind == .directory ? "file" : "line"
        return
            "\(source.displayed): kept as vars in \(recordsWithUnknown) \(noun)\(recordsWithUnknown == 1 ? "" : "s"): "
            + Self.list(names)
    }

    /// The name of ours that a field has by mistake: one letter differs, and nothing has that name.
    private func misspelt(_ name: String) -> String? {
        PromptFieldReader.names.first { ours in
            ours.count >= Self.leastLength && abs(name.utf8.count - ours.utf8.count) < 4 && !known.contains(ours)
                && name != ours + "s" && ours != name + "s"
                && NearestName.distance(name.lowercased(), ours) == 1
        }
    }

    private var missingPrompt: String {
        let count = withoutPrompt > 1 ? " in \(withoutPrompt) records" : ""
        guard !names.isEmpty else { return "no `prompt`\(count); each prompt needs its text" }
        if let conversation {
            return "no `prompt`\(count)\(fields); if `\(conversation)` is the conversation, add --map "
                + ShellWord.quote("messages=\(conversation)")
        }
        let lowered = names.map { ($0, $0.lowercased()) }
        let usual = Self.prompts.lazy.compactMap { name in lowered.first { $0.1 == name }?.0 }.first
        let likely = lowered.first { $0.1 == "prompt" }?.0 ?? usual ?? texts.max { $0.value < $1.value }?.key
        guard let likely, likely.count <= Self.shownLength else {
            return "no `prompt`\(count)\(fields); name the one that it is: --map prompt=FIELD"
        }
        return "no `prompt`\(count)\(fields); if `\(likely)` is the prompt, add --map "
            + ShellWord.quote("prompt=\(likely)")
    }

    private var fields: String {
        let all = PromptFieldReader.names.filter(known.contains) + names
        return all.isEmpty ? "" : "; the \(all.count == 1 ? "field is" : "fields are") " + Self.list(all)
    }

    private static func list(_ names: [String]) -> String {
        let rest = names.count - shownNames
        let shown = names.prefix(shownNames).map { $0.count > shownLength ? $0.prefix(shownLength) + "…" : $0 }
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
    }
}

extension JSONValue {
    /// Whether this looks like the messages of a conversation.
    fileprivate var isConversation: Bool {
        guard case .array(let elements) = self, let first = elements.first else { return false }
        return first["role"] != nil && first["content"] != nil || first["from"] != nil && first["value"] != nil
    }
}
