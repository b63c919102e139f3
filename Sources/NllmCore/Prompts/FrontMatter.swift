internal import Yams

/// What is wrong in front matter, and its line in the file.
struct FrontMatterError: Error, Equatable {
    var line: Int
    var message: String
}

/// A text file's YAML fields between two `---` lines at its very start, and the text below them.
///
/// A text that merely starts with a ruler has no front matter: there is no second one, or no mapping in between.
struct FrontMatter {
    private(set) var fields: [PromptField] = []
    private(set) var body: String

    init(splitting text: String) throws(FrontMatterError) {
        body = text
        let bare = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
        guard let (yaml, rest) = Self.halves(bare.unicodeScalars) else { return }
        let node: Node?
        do {
            node = try Yams.compose(yaml: String(yaml))
        } catch {
            throw Self.error(error)
        }
        guard let mapping = node?.mapping else {
            // Nothing but comments between the rulers is front matter too.
            if node == nil { body = String(rest) }
            return
        }
        for (key, value) in mapping {
            // The opening ruler is the file's first line.
            let line = (key.mark?.line ?? 1) + 1
            guard let name = key.string else { throw FrontMatterError(line: line, message: "a key that is no text") }
            fields.append(PromptField(name: name, value: try Self.json(value), line: line))
        }
        body = String(rest)
    }

    /// The YAML between the rulers and the text after them; nil without two rulers.
    private static func halves(
        _ text: Substring.UnicodeScalarView
    ) -> (Substring.UnicodeScalarView, Substring.UnicodeScalarView)? {
        var lines = ScalarLines(rest: text)
        guard let first = lines.next(), isRuler(first) else { return nil }
        let start = lines.rest.startIndex
        while true {
            let end = lines.rest.startIndex
            guard let line = lines.next() else { return nil }
            if isRuler(line) { return (text[start..<end], lines.rest) }
        }
    }

    private static func isRuler(_ line: Substring.UnicodeScalarView) -> Bool {
        line.starts(with: "---".unicodeScalars)
            && line.dropFirst(3).allSatisfy { $0 == " " || $0 == "\r" || $0 == "\t" }
    }

    private static func json(_ node: Node) throws(FrontMatterError) -> JSONValue {
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
            switch scalar.string {
            case "", "~": return .null
            default: break
            }
            // What reads as a JSON literal or number is one; everything else is text.
            switch try? JSONParser.parse(scalar.string) {
            case .some(let value): return value
            case nil: return .string(scalar.string)
            }
        case .sequence(let sequence):
            return .array(try sequence.map { node throws(FrontMatterError) in try json(node) })
        case .mapping(let mapping):
            return .object(
                try mapping.map { pair throws(FrontMatterError) in
                    guard let name = pair.key.string else {
                        throw FrontMatterError(line: (pair.key.mark?.line ?? 1) + 1, message: "a key that is no text")
                    }
                    return JSONValue.Member(name, try json(pair.value))
                })
        case .alias:
            throw FrontMatterError(line: (node.mark?.line ?? 1) + 1, message: "an alias; write the value out")
        }
    }

    private static func error(_ error: any Error) -> FrontMatterError {
        guard let error = error as? YamlError else { return FrontMatterError(line: 1, message: "broken YAML") }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return FrontMatterError(line: mark.line + 1, message: "broken YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            return FrontMatterError(
                line: context.mark.line + 1, message: "duplicate key \(keys.map { "`\($0)`" }.joined(separator: ", "))")
        default: return FrontMatterError(line: 1, message: "broken YAML")
        }
    }
}

/// Lines of scalars, each without its line feed.
private struct ScalarLines {
    var rest: Substring.UnicodeScalarView

    mutating func next() -> Substring.UnicodeScalarView? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: "\n")
        let line = rest[..<(end ?? rest.endIndex)]
        rest = end.map { rest[rest.index(after: $0)...] } ?? rest[rest.endIndex...]
        return line
    }
}
