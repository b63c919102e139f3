internal import Crypto

/// A text file with one prompt, perhaps after front matter with its other fields.
struct TextFile {
    /// A larger file is rejected: no model accepts it.
    static let sizeLimit = LineReader.lineLimit

    /// The source it belongs to.
    private let source: PromptSource
    private let path: String
    /// What problems call it.
    private let name: String
    /// The prompt's id, unless its front matter has one.
    private let id: String

    /// The file that a source is.
    init(_ source: PromptSource) {
        self.source = source
        path = AbsolutePath.resolve(source.path)
        name = source.path
        id = AbsolutePath.stem(path)
    }

    /// A file in a directory, by its path below that.
    init(_ relative: String, in root: String, of source: PromptSource) {
        self.source = source
        path = root + "/" + relative
        name = source.displayed + "/" + relative
        id = String(relative[..<(relative.lastIndex(of: ".") ?? relative.endIndex)])
    }

    /// Reads the file.
    ///
    /// - Returns: its digest; an empty text if it cannot be read.
    func read(into collector: inout PromptCollector) throws -> String {
        let place = InputPlace(file: name)
        let content: [UInt8]?
        do throws(FileError) {
            content = try FileReader(path: path).rest(limit: Self.sizeLimit)
        } catch {
            guard !error.isNotRegular else {
                collector.report(place, error.reason)
                return ""
            }
            throw NllmError.unreadable(path: name, reason: error.reason)
        }
        guard let bytes = content else {
            collector.report(place, "the file is over \(Self.sizeLimit >> 20) MB")
            return ""
        }
        try read(bytes, place, into: &collector)
        return Hexadecimal.text(SHA256.hash(data: bytes))
    }

    private func read(_ bytes: [UInt8], _ place: InputPlace, into collector: inout PromptCollector) throws {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return collector.report(place, "not valid UTF-8")
        }
        let parts: FrontMatter
        do throws(FrontMatterError) {
            parts = try FrontMatter(splitting: text)
        } catch {
            return collector.report(place.at(line: error.line), error.message)
        }
        let record = PromptRecord(
            fields: parts.fields, text: parts.body, id: id, place: place, directory: AbsolutePath.parent(path))
        try collector.take(record, of: source)
    }
}
