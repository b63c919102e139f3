/// Formats that are not read, told by their first bytes, and the command that makes prompts of them.
enum UnreadFormat {
    /// The number of bytes that are looked at.
    static let size = 4096

    /// Why a file is not read, and what to do.
    ///
    /// - Parameters:
    ///   - bytes: its first bytes.
    ///   - source: the source that it is.
    /// - Returns: one line; nil if it is text.
    static func refusal(_ bytes: ArraySlice<UInt8>, of source: PromptSource) -> String? {
        let file = source.kind == .standardInput ? "FILE" : ShellWord.quote(source.path)
        let next = " | nllm-batch enqueue -\(source.options)"
        for (magic, name, program) in packed where bytes.starts(with: magic) {
            let command = source.kind == .standardInput ? "… | \(program)" : "\(program) \(file)"
            return "\(name); unpack it: \(command)\(next)"
        }
        if bytes.starts(with: "PK\u{3}\u{4}".utf8) {
            guard contains(bytes, "[Content_Types].xml") || contains(bytes, "xl/") || source.ending == "xlsx" else {
                return "a zip archive; unpack it: unzip -p \(file)\(next)"
            }
            return "an Excel or Office file; save it as CSV, or: \(duckdb("read_xlsx(\(literal(source)))"))\(next)"
        }
        if bytes.starts(with: "PAR1".utf8) { return "a Parquet file; try: \(duckdb(literal(source)))\(next)" }
        if bytes.starts(with: "SQLite format 3\0".utf8) {
            return "a SQLite database; name its columns: sqlite3 -json \(file) 'SELECT prompt FROM …'\(next)"
        }
        if bytes.starts(with: "ARROW1".utf8) || source.ending == "arrow" {
            return "an Arrow file; for a folder of Hugging Face datasets, name the folder"
        }
        if bytes.starts(with: "%PDF-".utf8) { return "a PDF; take its text: pdftotext \(file) prompt.txt" }
        if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { return "an old Office file; save it as CSV" }
        return binary(bytes, of: source)
    }

    /// Formats of one packed file: how they begin, their names, and what unpacks them.
    private static let packed: [([UInt8], String, String)] = [
        ([0x1F, 0x8B], "compressed with gzip", "zcat"),
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd", "zstdcat"),
        ([0x42, 0x5A, 0x68, 0x39, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59], "compressed with bzip2", "bzcat"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "compressed with xz", "xzcat"),
    ]

    /// Why bytes that are no text are not read; nil if they may be text, be it with a NUL character.
    private static func binary(_ bytes: ArraySlice<UInt8>, of source: PromptSource) -> String? {
        let count = bytes.count { $0 == 0 }
        guard count > 0 else { return nil }
        // Text of Latin letters in UTF-16 has a NUL in every other place.
        for (offset, name) in [(1, "utf-16le"), (0, "utf-16be")] where bytes.count > 3 {
            let isText = bytes.indices.allSatisfy { (bytes[$0] == 0) == (($0 - bytes.startIndex) % 2 == offset) }
            if isText { return "UTF-16 without a byte order mark; \(converted(source, from: name))" }
        }
        // The last character may be cut.
        let isValid = (0...3).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
        return isValid && count <= bytes.count / 2 ? nil : "a binary file; \(PromptFormat.description)"
    }

    /// The command with which DuckDB prints rows as JSON lines.
    private static func duckdb(_ from: String) -> String {
        let query = "COPY (FROM \(from)) TO '/dev/stdout' (FORMAT json)"
        // Single quotes inside single ones are hard to read.
        let isPlain = !query.contains { "\"\\$`!".contains($0) || !$0.isASCII }
        return "duckdb -c " + (isPlain ? "\"\(query)\"" : ShellWord.quote(query))
    }

    /// A source's path as a string in SQL.
    private static func literal(_ source: PromptSource) -> String {
        let path = source.kind == .standardInput ? "FILE" : source.path
        return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    private static func contains(_ bytes: ArraySlice<UInt8>, _ text: String) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: text.utf8) }
    }

    /// The command that converts a source to UTF-8.
    static func converted(_ source: PromptSource, from encoding: String) -> String {
        let program = "iconv -f \(encoding) -t utf-8"
        if source.kind == .standardInput { return "… | \(program) | nllm-batch enqueue -\(source.options)" }
        let file = ShellWord.quote(source.path)
        // What is piped is not one prompt.
        if source.format == .text, !source.hasLines { return "\(program) \(file) > converted.txt" }
        return "\(program) \(file) | nllm-batch enqueue -\(source.options)"
    }
}

extension PromptSource {
    /// What is wrong with text that is not valid in its encoding.
    func flawOfEncoding(_ input: TextInput) throws(FileError) -> String {
        guard try input.encoding() == .utf8 else { return "not valid UTF-16" }
        return "not valid UTF-8; if it is Latin-1: \(UnreadFormat.converted(self, from: "latin1"))"
    }
}
