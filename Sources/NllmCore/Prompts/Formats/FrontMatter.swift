/// A problem in front matter, with its line in the file.
struct FrontMatterError: Error, Equatable {
    var line: Int
    var message: String
}

/// A text file's YAML fields between two `---` lines at its very start, and the text below them.
///
/// A text that merely starts with a `---` line has no front matter: there is no second one, or no mapping in between.
/// Keys that are not fields, as other programs have them in their files, become members of `vars`.
struct FrontMatter {
    private(set) var fields: [PromptField] = []
    private(set) var body: String
    /// The keys that are not fields.
    private(set) var foreignKeys: [String] = []
    /// Whether there is something between the two lines that is not YAML, so that it is part of the text.
    private(set) var isBroken = false

    init(splitting text: String) throws(FrontMatterError) {
        let text = text.withoutByteOrderMark
        body = text
        guard let (yaml, rest) = Self.halves(text[...].unicodeScalars) else { return }
        let node: YAMLNode?
        do throws(YAMLProblem) {
            node = try YAMLNode.parse(String(yaml))
        } catch {
            guard case .broken = error.kind else {
                throw FrontMatterError(line: error.line.map(Self.lineInFile) ?? 1, message: error.message)
            }
            isBroken = true
            return
        }
        guard case .mapping(let pairs)? = node?.content else {
            // Comments alone between the lines are front matter, too.
            if node == nil { body = String(rest).withoutByteOrderMark }
            return
        }
        for pair in pairs {
            fields.append(
                PromptField(
                    name: try Self.name(pair), value: try Self.json(pair.value), line: Self.lineInFile(pair.line)))
        }
        keepForeignKeys()
        body = String(rest).withoutByteOrderMark
    }

    /// Moves what is not a field into `vars`, whose own members stay.
    private mutating func keepForeignKeys() {
        let foreign = fields.filter { !PromptFieldReader.names.contains($0.name) }
        guard let first = foreign.first else { return }
        foreignKeys = foreign.map(\.name)
        fields.removeAll { foreignKeys.contains($0.name) }
        let members = foreign.map { JSONValue.Member($0.name, $0.value) }
        guard let index = fields.firstIndex(where: { $0.name == "vars" && $0.value != .null }) else {
            fields.removeAll { $0.name == "vars" }
            return fields.append(PromptField(name: "vars", value: .object(members), line: first.line))
        }
        // Anything but an object is reported where fields are checked.
        guard case .object(let own) = fields[index].value else { return }
        let added = members.filter { member in !own.contains { $0.name == member.name } }
        fields[index].value = .object(own + added)
    }

    /// The YAML between the two lines and the text after them; nil without two such lines.
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

    /// The first `---` is the file's first line.
    private static func lineInFile(_ line: Int) -> Int { line + 1 }

    private static func name(_ pair: YAMLPair) throws(FrontMatterError) -> String {
        guard let name = pair.key else {
            throw FrontMatterError(line: lineInFile(pair.line), message: "a key that is no text")
        }
        return name
    }

    private static func json(_ node: YAMLNode) throws(FrontMatterError) -> JSONValue {
        do throws(YAMLProblem) {
            return try node.json()
        } catch {
            throw FrontMatterError(line: error.line.map(lineInFile) ?? 1, message: error.message)
        }
    }
}

/// Lines of scalars, without their line feeds.
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
