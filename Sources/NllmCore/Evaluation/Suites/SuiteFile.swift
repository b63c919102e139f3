/// A file that a suite names, or the suite itself.
struct SuiteFile: Sendable {
    let path: String
    /// What messages call it.
    let name: String
    /// Where it is named.
    let reference: InputPlace

    var ending: String { AbsolutePath.ending(path) }

    /// The most bytes of a text.
    static let textLimit = 16 << 20

    /// The file's text as UTF-8, piece by piece.
    ///
    /// - Throws: why it cannot be read, where it is named.
    func input() throws(InputProblem) -> TextInput {
        let input: TextInput
        let encoding: TextInput.Encoding
        do throws(FileError) {
            input = TextInput(try FileReader(path: path))
            encoding = try input.encoding()
        } catch {
            throw problem(error)
        }
        guard encoding != .utf32 else { throw InputProblem(InputPlace(file: name), "UTF-32; save the file as UTF-8") }
        return input
    }

    /// A failure to read the file.
    func problem(_ error: FileError) -> InputProblem {
        InputProblem(reference, "`\(name)` can't be read: \(error.reason)")
    }

    /// The whole text.
    func text(limit: Int = textLimit) throws(InputProblem) -> String {
        let input = try input()
        let bytes: [UInt8]?
        let isUTF16: Bool
        do throws(FileError) {
            bytes = try input.rest(limit: limit)
            isUTF16 = try input.encoding() == .utf16
        } catch {
            throw problem(error)
        }
        guard let bytes else { throw InputProblem(InputPlace(file: name), "over \(limit >> 20) MB") }
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        throw InputProblem(
            InputPlace(file: name, line: Self.invalidLine(bytes)),
            isUTF16 ? "not valid UTF-16" : "not valid UTF-8; save the file as UTF-8")
    }

    /// The line of the first byte that is not valid.
    private static func invalidLine(_ bytes: [UInt8]) -> Int? {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        return lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }.map { $0 + 1 }
    }

    /// The value of a JSON or YAML file; nil if it is empty.
    func document() throws(InputProblem) -> SuiteNode? {
        let text = try text(limit: SuiteNode.sizeLimit)
        guard ending == "json" else { return try SuiteNode.parse(yaml: text, file: name) }
        guard !text.utf8.allSatisfy({ $0 <= 0x20 }) else { return nil }
        return try SuiteNode(json: Array(text.utf8), file: name)
    }

    /// The value that a variable or an assertion takes from the file: JSON and YAML as what they mean, anything else as
    /// text without the white space around it.
    func value() throws(InputProblem) -> JSONValue {
        guard !["json", "yaml", "yml"].contains(ending) else { return try document()?.json ?? .null }
        return .string(try text().trimmed)
    }
}

extension String {
    /// The text without white space around it.
    var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(start.dropLast(start.reversed().prefix { $0.isWhitespace }.count))
    }
}
