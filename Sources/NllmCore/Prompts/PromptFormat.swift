/// A format of files with prompts.
enum PromptFormat: Sendable, Equatable {
    /// JSON lines, objects one after the other, or an array.
    case json
    /// CSV, whose header shows the delimiter.
    case delimited
    /// TSV.
    case tabs
    /// A text that is one prompt.
    case text

    /// The extensions of files that contain one prompt each.
    static let textEndings: Set<String> = ["txt", "md", "prompt"]

    /// What is read, for messages.
    static let description =
        "prompts are read from .jsonl, .ndjson, .json, .csv, .tsv, .txt, .md and .prompt files, from directories of "
        + "text files, and from standard input with `-`"

    /// The format that a file's ending says; nil if its content has to.
    init?(ending: String) {
        switch ending {
        case "jsonl", "ndjson", "json": self = .json
        case "csv": self = .delimited
        case "tsv": self = .tabs
        case let ending where Self.textEndings.contains(ending): self = .text
        default: return nil
        }
    }
}

/// The beginning of a text whose format is looked for.
struct FormatSearch {
    /// The number of bytes that are looked at.
    static let size = 1 << 16

    /// The first line that is not blank, without white space around it.
    private let line: ArraySlice<UInt8>
    /// Its number.
    let number: Int

    init(_ beginning: ArraySlice<UInt8>) {
        let lines = beginning.split(separator: 0x0A, omittingEmptySubsequences: false)
        let index = lines.firstIndex { $0.contains { $0 > 0x20 } } ?? 0
        number = index + 1
        let start = lines.isEmpty ? [] : lines[index].drop { $0 <= 0x20 }
        line = start.prefix(start.count - start.reversed().prefix { $0 <= 0x20 }.count)
    }

    /// Whether there is nothing but white space.
    var isBlank: Bool { line.isEmpty }

    /// Whether an array of records begins here.
    var isArray: Bool { line.first == UInt8(ascii: "[") && isJSON }

    /// Whether this may be JSON, be it broken.
    var isJSON: Bool {
        switch line.first {
        case UInt8(ascii: "{"), UInt8(ascii: "\""): true
        case UInt8(ascii: "["):
            // `[INST]` is no array.
            line.dropFirst().first { $0 > 0x20 }.map { "{[\"]-".utf8.contains($0) || $0.isDigit } ?? true
                || ["true", "false", "null"].contains { line.dropFirst().drop { $0 <= 0x20 }.starts(with: $0.utf8) }
        default: (try? JSONParser.parse(line)) != nil
        }
    }

    /// Whether this is an object with a prompt.
    var isRecord: Bool { (try? JSONParser.parse(line))?["prompt"] != nil }

    /// Whether this is the header of CSV or TSV: it has a column `prompt` or one of these fields, or several words that
    /// may be names.
    func isHeader(naming fields: [String]) -> Bool {
        guard let text = String(validating: line.prefix { $0 != 0x0D }, as: UTF8.self) else { return false }
        guard !(text.lowercased().hasPrefix("sep=") && text.utf8.count == 5),
            !Self.isName(text, among: ["prompt"] + fields)
        else { return true }
        return [",", "\t", ";"].contains { separator in
            let cells = text.split(separator: separator, omittingEmptySubsequences: false)
            let areNames = cells.allSatisfy { Self.isName($0.utf8) }
            return cells.count > 1 && (areNames || cells.contains { Self.isName($0, among: ["prompt"] + fields) })
        }
    }

    /// Whether a cell may be the name of a column, in quotes or not.
    private static func isName(_ cell: Substring.UTF8View) -> Bool {
        let name = cell.count > 2 && cell.first == UInt8(ascii: "\"") ? cell.dropFirst().dropLast() : cell[...]
        return !name.isEmpty && name.allSatisfy { $0.isAlphanumeric || "_-.".utf8.contains($0) }
    }

    /// Whether a cell is one of these names, in quotes or not.
    private static func isName(_ cell: some StringProtocol, among names: [String]) -> Bool {
        let cell = cell.drop { $0 == " " }
        return names.contains { name in
            [name, "\"\(name)\""].contains { cell.hasPrefix($0) && cell.dropFirst($0.count).allSatisfy { $0 == " " } }
        }
    }
}
