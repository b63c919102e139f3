/// What a user should know about the text files of a source, said once for all of them.
struct TextNotes {
    /// The number of files that are named.
    private let shown: Int
    /// The number of keys that are shown.
    private static let shownKeys = 10

    /// Files passed over because there is nothing in them.
    private var empty: [String] = []
    /// Files whose front matter is not YAML.
    private var broken: [String] = []
    /// The number of files whose front matter has keys that are no fields, and these keys.
    private var foreign: (files: Int, keys: [String]) = (0, [])
    /// The number of lines that look like a prompt each; 0 if they do not.
    private var lines = 0

    /// - Parameter shown: the number of files that are named.
    init(shown: Int) { self.shown = shown }

    /// Notes a file that was passed over.
    mutating func addEmpty(_ name: String) { empty.append(name) }

    /// Notes what is special about the front matter of a file.
    mutating func add(_ parts: FrontMatter, _ name: String) {
        if parts.isBroken { broken.append(name) }
        guard !parts.foreignKeys.isEmpty else { return }
        foreign.files += 1
        foreign.keys += parts.foreignKeys.filter { !foreign.keys.contains($0) }
    }

    /// Notes the lines of a text if they look like a prompt each.
    mutating func addLines(of text: String) {
        var found = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        while found.last?.allSatisfy(\.isWhitespace) == true { found.removeLast() }
        let arePrompts = found.allSatisfy { line in
            guard let first = line.first, line.count <= 500, !first.isWhitespace, !"-#*>".contains(first) else {
                return false
            }
            return !line.drop(while: \.isWholeNumber).hasPrefix(".") || !first.isWholeNumber
        }
        lines = found.count > 1 && arePrompts ? found.count : 0
    }

    /// Adds the notes to those of all sources.
    func report(_ source: PromptSource, _ collector: inout PromptCollector) {
        let isDirectory = source.kind == .directory
        func note(_ text: String) { collector.note("\(source.displayed): \(text)") }
        func files(_ count: Int) -> String { count == 1 ? "1 file" : "\(count) files" }

        if !empty.isEmpty {
            let what = empty.count == 1 ? "1 empty file" : "\(empty.count) empty files"
            note("\(what) passed over: \(Self.list(empty, shown))")
        }
        if foreign.files > 0 {
            let place = isDirectory ? " in \(files(foreign.files))" : ""
            let keys = foreign.keys.map { key in
                NearestName.find(key, among: PromptFieldReader.names).map { "\(key) (did you mean `\($0)`?)" } ?? key
            }
            note("front matter kept as vars\(place): \(Self.list(keys, Self.shownKeys))")
        }
        if !broken.isEmpty {
            note(
                isDirectory
                    ? "front matter is no YAML in \(files(broken.count)), taken as text: \(Self.list(broken, shown))"
                    : "front matter is no YAML, taken as text")
        }
        if lines > 0 { note("\(lines) lines go out as one prompt; for a prompt per line add --lines") }
    }

    private static func list(_ names: [String], _ shown: Int) -> String {
        names.prefix(shown).joined(separator: ", ")
            + (names.count > shown ? " and \(names.count - shown) more" : "")
    }
}
