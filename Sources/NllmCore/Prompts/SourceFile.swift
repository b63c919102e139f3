/// A file, a pipe or standard input, whose format its ending says, or else its content.
struct SourceFile {
    private let source: PromptSource

    init(_ source: PromptSource) { self.source = source }

    /// Reads all prompts.
    ///
    /// - Returns: the digest of everything that was read.
    func read(into collector: inout PromptCollector) throws -> String {
        let file =
            try source.kind == .standardInput
            ? FileReader() : FileReader(path: source.path, source.format == .text ? .regular : .any)
        let input = TextInput(file)
        if let refusal = try Self.refusal(input, of: source) {
            collector.report(InputPlace(file: source.path), refusal)
            return input.digest
        }
        try read(input, into: &collector)
        return input.digest
    }

    /// Why a text is not read, and what to do; nil if it is.
    static func refusal(_ input: TextInput, of source: PromptSource) throws -> String? {
        guard try input.encoding() != .utf32 else {
            return "UTF-32; \(UnreadFormat.converted(source, from: "utf-32"))"
        }
        return UnreadFormat.refusal(try input.beginning(UnreadFormat.size), of: source)
    }

    private func read(_ input: TextInput, into collector: inout PromptCollector) throws {
        if source.format == .text, !source.hasLines {
            var notes = TextNotes(shown: collector.shownFiles)
            try TextFile(source).read(input, &notes, into: &collector)
            return notes.report(source, &collector)
        }
        let start = FormatSearch(try input.beginning(FormatSearch.size))
        if source.hasLines {
            guard !start.isRecord, source.format != .json || !start.isJSON else {
                throw NllmError.usage(
                    "`--lines` takes text with a prompt per line, but `\(source.path)` is JSON; leave it out")
            }
            return try TextLines(source, input).read(into: &collector)
        }
        switch source.format {
        case .delimited, .tabs: return try readRows(input, into: &collector)
        case nil where !source.hasHeader || start.isHeader(naming: collector.mappedFields):
            return try readRows(input, into: &collector)
        // After many blank lines, only reading on shows what there is.
        case _ where !start.isBlank && !start.isJSON:
            return collector.report(
                InputPlace(file: source.path, line: start.number),
                "not JSON but plain text; for a prompt per line add --lines")
        default: break
        }
        if start.isArray {
            var array = JSONArray(source, input)
            try array.read(into: &collector)
        } else {
            var lines = JSONLines(source, input)
            try lines.read(into: &collector)
        }
    }

    private func readRows(_ input: TextInput, into collector: inout PromptCollector) throws {
        var rows = DelimitedRows(source, input)
        try rows.read(into: &collector)
    }
}
