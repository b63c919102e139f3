/// CSV or TSV with a prompt per row; the first row names the fields.
struct DelimitedRows {
    /// Fields that are more than a text: their cells hold JSON.
    private static let structured: Set<String> = [
        "options", "metadata", "models", "attachments", "schema", "messages", "turns", "vars", "assert",
    ]

    private let source: PromptSource
    private let input: TextInput
    /// The names of the columns.
    private var names: [String] = []
    /// The number of prompts so far.
    private var count = 0
    private var hasInvalidText = false

    init(_ source: PromptSource, _ input: TextInput) {
        self.source = source
        self.input = input
    }

    /// Reads all rows.
    mutating func read(into collector: inout PromptCollector) throws {
        let dialect = Dialect(of: try input.beginning(Dialect.size), ending: source.format)
        var rows = DelimitedText(input, delimiter: dialect.delimiter)
        if dialect.isNamed { _ = try rows.next() }
        var isFirst = true
        while input.isRegular || !(collector.isHopeless || hasInvalidText) {
            do {
                guard let row = try rows.next() else { return }
                guard !row.isBlank else { continue }
                if isFirst {
                    isFirst = false
                    guard try takeHeader(row, into: &collector) else { continue }
                    guard !names.isEmpty else { return }
                }
                try take(row, into: &collector)
            } catch let flaw as DelimitedText.Flaw {
                collector.report(InputPlace(file: source.path, line: flaw.line), flaw.message)
                guard flaw.isLocal, !isFirst else { return }
            }
        }
    }

    /// Takes the names of the columns, of which there are none if something is wrong with them.
    ///
    /// - Returns: whether the row is a prompt as well.
    private mutating func takeHeader(
        _ row: DelimitedText.Row, into collector: inout PromptCollector
    ) throws -> Bool {
        guard source.hasHeader else {
            names = row.cells.count == 1 ? ["prompt"] : (1...row.cells.count).map { "column\($0)" }
            return true
        }
        let found = row.cells.map(row.name)
        let place = InputPlace(file: source.path, line: row.line)
        for (index, name) in found.enumerated() {
            guard let name else {
                collector.report(place, try source.flawOfEncoding(input))
                return true
            }
            if name.isEmpty {
                collector.report(place, "column \(index + 1) has no name" + (index == 0 ? Self.hint : ""))
                return true
            }
            if let earlier = found[..<index].firstIndex(of: name) {
                collector.report(place, "column \(index + 1) is called `\(name)` like column \(earlier + 1)")
                return true
            }
        }
        names = found.compactMap(\.self)
        return false
    }

    /// The usual source of a column without a name.
    private static let hint = "; pandas leaves its index out with to_csv(…, index=False)"

    private mutating func take(_ row: DelimitedText.Row, into collector: inout PromptCollector) throws {
        count += 1
        let place = InputPlace(file: source.path, line: row.line)
        guard row.cells.count <= names.count else {
            let columns = names.count == 1 ? "is 1 column" : "are \(names.count) columns"
            return collector.report(place, "\(row.cells.count) cells, but there \(columns)")
        }
        var fields: [PromptField] = []
        var isSound = true
        // An empty cell is a field that is not there; a variable is an empty text.
        for (name, cell) in zip(names, row.cells)
        where cell.isQuoted || !cell.range.isEmpty || !PromptFieldReader.names.contains(name) {
            guard let text = String(validating: row.text(cell), as: UTF8.self) else {
                if !hasInvalidText { collector.report(place, try source.flawOfEncoding(input)) }
                hasInvalidText = true
                return
            }
            do throws(CellFlaw) {
                let isVariable = collector.isVariable(name)
                if let value = isVariable ? .string(text) : try Self.value(text, of: name) {
                    fields.append(PromptField(name: name, value: value))
                }
            } catch {
                isSound = false
                collector.report(place, error.message)
            }
        }
        guard isSound else { return }
        try collector.take(
            PromptRecord(
                fields: fields, id: PromptCollector.id(line: count), place: place, directory: source.directory),
            of: source)
    }

    private struct CellFlaw: Error {
        var message: String
    }

    /// The value of a cell; nil if it is as good as absent.
    private static func value(_ text: String, of name: String) throws(CellFlaw) -> JSONValue? {
        let isStructured = structured.contains(name)
        if text.isEmpty { return isStructured || ["id", "samples"].contains(name) ? nil : .string(text) }
        if name == "samples" { return (try? JSONParser.parse(text)) ?? .string(text) }
        guard isStructured else { return .string(text) }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONParser.parse(text)
        } catch {
            if ["schema", "assert"].contains(name) { return .string(text) }
            let example = Self.examples[name].map { "; write it as in \($0)" } ?? ""
            throw CellFlaw(
                message:
                    "`\(name)` is not JSON: \(error.message)\(example); to keep it as a variable, add --map vars=\(name)"
            )
        }
        // A schema in llm's own words may be JSON by chance, and so may an answer that is wanted.
        switch (name, value) {
        case ("schema", .object), ("assert", .object), ("assert", .array): return value
        case ("schema", _), ("assert", _): return .string(text)
        default: return value
        }
    }

    private static let examples = [
        "models": #"["gpt-4o-mini"]"#, "attachments": #"["image.png"]"#, "options": #"{"temperature": 0}"#,
    ]
}

/// How cells are delimited, as the beginning of the text shows it.
struct Dialect {
    /// The number of bytes that are looked at.
    static let size = 1 << 16

    private(set) var delimiter = UInt8(ascii: ",")
    /// Whether the first line is Excel's `sep=;` alone, which is no row.
    private(set) var isNamed = false

    init(of beginning: ArraySlice<UInt8>, ending: PromptFormat?) {
        let line = beginning.prefix { $0 != 0x0A && $0 != 0x0D }
        if line.count == 5, String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep=", let last = line.last
        {
            (delimiter, isNamed) = (last, true)
            return
        }
        guard ending != .tabs else {
            delimiter = 0x09
            return
        }
        let counts = Self.counts(beginning)
        if counts.tabs > 0, counts.commas == 0, counts.semicolons == 0 {
            delimiter = 0x09
        } else if counts.semicolons > counts.commas, counts.tabs == 0 {
            delimiter = UInt8(ascii: ";")
        }
    }

    /// The number of each delimiter in the header, outside of quotes.
    private static func counts(_ beginning: ArraySlice<UInt8>) -> (commas: Int, semicolons: Int, tabs: Int) {
        var (commas, semicolons, tabs, isQuoted) = (0, 0, 0, false)
        for byte in beginning.drop(while: { $0 == 0x0A || $0 == 0x0D }) {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard !isQuoted else { continue }
            switch byte {
            case 0x0A, 0x0D: return (commas, semicolons, tabs)
            case UInt8(ascii: ","): commas += 1
            case UInt8(ascii: ";"): semicolons += 1
            case 0x09: tabs += 1
            default: break
            }
        }
        return (commas, semicolons, tabs)
    }
}
