/// A text file with one prompt, perhaps after front matter with its other fields.
struct TextFile {
    /// A larger file is rejected: no model accepts it.
    static let sizeLimit = LineReader.lineLimit

    /// The file, under the name that problems call it.
    private let file: PromptSource
    /// The source it belongs to.
    private let source: PromptSource
    /// Its name in notes about the source.
    private let name: String
    /// The prompt's id, unless its front matter has one.
    private let id: String

    /// The file that a source is.
    init(_ source: PromptSource) {
        (file, self.source, name, id) = (source, source, source.path, source.stem)
    }

    /// A file in a directory, by its path below that.
    init(_ relative: String, of source: PromptSource) throws(NllmError) {
        file = try PromptSource(source.displayed + "/" + relative)
        self.source = source
        name = relative
        id = String(relative[..<(relative.lastIndex(of: ".") ?? relative.endIndex)])
    }

    /// Reads a file in a directory, in which a blank one is passed over.
    ///
    /// - Returns: its digest; an empty text if it cannot be read.
    func read(_ notes: inout TextNotes, into collector: inout PromptCollector) throws -> String {
        do {
            let input = TextInput(try FileReader(path: file.path))
            if let refusal = try SourceFile.refusal(input, of: file) {
                collector.report(InputPlace(file: file.path), refusal)
            } else {
                try read(input, &notes, into: &collector)
            }
            return input.digest
        } catch let error as FileError {
            guard !error.isNotRegular else {
                collector.report(InputPlace(file: file.path), error.reason)
                return ""
            }
            throw NllmError.unreadable(path: file.path, reason: error.reason)
        }
    }

    /// Reads the text of the file.
    func read(_ input: TextInput, _ notes: inout TextNotes, into collector: inout PromptCollector) throws {
        let place = InputPlace(file: file.path)
        guard let bytes = try input.rest(limit: Self.sizeLimit) else {
            return collector.report(place, "the file is over \(Self.sizeLimit >> 20) MB")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let line = bytes.prefix(Self.validCount(bytes)).count { $0 == 0x0A } + 1
            return collector.report(place.at(line: line), try file.flawOfEncoding(input))
        }
        if source.kind == .directory, text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
            return notes.addEmpty(name)
        }
        let parts: FrontMatter
        do throws(FrontMatterError) {
            parts = try FrontMatter(splitting: text)
        } catch {
            return collector.report(place.at(line: error.line), error.message)
        }
        notes.add(parts, name)
        if source.kind == .file, source.ending == "txt" { notes.addLines(of: text) }
        let record = PromptRecord(
            fields: parts.fields, text: parts.body, id: id, place: place, directory: file.directory)
        try collector.take(record, of: source)
    }

    /// The number of bytes before the first that is not valid.
    private static func validCount(_ bytes: [UInt8]) -> Int {
        var (low, high) = (0, bytes.count)
        // A cut character at the end of a prefix does not matter: only its line does.
        while low < high {
            let middle = (low + high + 1) / 2
            let isValid = (0...3).contains {
                String(validating: bytes.prefix(middle).dropLast($0), as: UTF8.self) != nil
            }
            (low, high) = isValid ? (middle, high) : (low, middle - 1)
        }
        return low
    }
}
