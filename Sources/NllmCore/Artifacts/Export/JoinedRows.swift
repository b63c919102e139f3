/// A file with delimiters as it is, row for row, with the answers of a run in further columns.
///
/// A row belongs to the prompt that its id names or, without one, to the one that has the row's number as its id, as when
/// the file was enqueued. What is there already stays as it is, byte for byte.
struct JoinedRows {
    private let path: String
    private let answers: AnswerColumns
    private let isUnchanged: Bool
    private var writer = DelimitedWriter()
    /// The number of the file's own columns.
    private var width = 0
    /// The position of the column with the ids; nil if there is none.
    private var position: Int?
    /// What ids begin with because the run has several sources; nil until it is known.
    private var prefix: String?
    private var count = 0
    /// The number of rows that belong to no prompt of the run.
    private(set) var unmatched = 0

    /// - Parameters:
    ///   - path: the file.
    ///   - answers: the columns that are added.
    ///   - isUnchanged: whether the run was enqueued from the file as it is, so that the numbers of rows are ids.
    init(_ path: String, _ answers: AnswerColumns, isUnchanged: Bool) {
        (self.path, self.answers, self.isUnchanged) = (path, answers, isUnchanged)
    }

    /// Writes all rows.
    ///
    /// - Parameters:
    ///   - idColumn: the name of the column with the ids; nil for `id`, which need not be there.
    ///   - results: gives the results of a prompt; nil if the run has no such prompt.
    ///   - write: takes the bytes.
    /// - Throws: what is wrong with the file, and what the other two throw.
    mutating func write(
        idColumn: String?, _ results: (String) throws -> [ResultRecord]?, to write: ([UInt8]) throws -> Void
    ) throws {
        let input = TextInput(try FileReader(path: path))
        guard try input.encoding() == .utf8 else { throw Self.notUTF8(path) }
        try write(Self.mark(of: path))
        let dialect = Dialect(
            of: try input.beginning(Dialect.size), ending: PromptFormat(ending: AbsolutePath.ending(path)))
        writer.delimiter = dialect.delimiter
        var rows = DelimitedText(input, delimiter: dialect.delimiter, keepsSource: true)
        if dialect.isNamed, let row = try rows.next() { try write(row.source) }
        var isFirst = true
        while let row = try rows.next() {
            guard !row.isBlank else {
                try write(row.source)
                continue
            }
            guard String(validating: row.source, as: UTF8.self) != nil else { throw Self.notUTF8(path) }
            if isFirst { try takeHeader(row, idColumn) }
            // More cells would stand in the columns that are added.
            guard row.cells.count <= width else {
                throw NllmError.unreadable(
                    path: path,
                    reason:
                        "row \(count + 1) has \(row.cells.count) cells, but the header has \(width); quote cells with "
                        + "delimiters")
            }
            let added = try isFirst ? answers.names : answers.cells(match(row, results))
            isFirst = false
            // Spreadsheets leave out empty cells at the end.
            let missing = [JSONValue](repeating: .null, count: max(0, width - row.cells.count))
            try write(row.source(adding: writer.columns(missing + added)))
        }
        try write(rows.rest)
        guard count == 0 || unmatched < count else {
            throw NllmError.usage(
                "no row of \(path) is a prompt of the run; --join-id names the column with the prompts' ids")
        }
    }

    private static func notUTF8(_ path: String) -> NllmError {
        .unreadable(path: path, reason: "is not UTF-8, to which --join is limited; save it as UTF-8")
    }

    private mutating func takeHeader(_ row: DelimitedText.Row, _ idColumn: String?) throws(NllmError) {
        let names = row.cells.map { row.name($0) ?? "" }
        width = names.count
        position = names.firstIndex(of: idColumn ?? "id")
        guard position == nil else { return }
        if let idColumn {
            throw .usage("\(path) has no column `\(idColumn)`; it has \(names.quotedList)")
        }
        guard isUnchanged else {
            throw .usage(
                "\(path) is not what the run was enqueued from, so its rows cannot be told by their numbers; give them "
                    + "a column `id`, or name one with --join-id")
        }
    }

    /// The results of the prompt to which a row belongs.
    private mutating func match(
        _ row: DelimitedText.Row, _ results: (String) throws -> [ResultRecord]?
    ) throws -> [ResultRecord] {
        count += 1
        let named = position.flatMap { row.cells.indices.contains($0) ? row.text(row.cells[$0]) : nil } ?? []
        let id = named.isEmpty ? PromptCollector.id(line: count) : String(decoding: named, as: UTF8.self)
        for prefix in prefix.map({ [$0] }) ?? Self.prefixes(of: path) {
            guard let found = try results(prefix + id) else { continue }
            self.prefix = prefix
            return found
        }
        unmatched += 1
        return []
    }

    /// What ids of a source may begin with; see ``SourcePrefixes``.
    private static func prefixes(of path: String) -> [String] {
        let path = AbsolutePath.resolve(path)
        let folders = AbsolutePath.parent(path).split(separator: "/").map(String.init)
        return [""]
            + [AbsolutePath.stem(path), AbsolutePath.name(path)].flatMap { name in
                (0...folders.count).map { (folders.suffix($0) + [name]).joined(separator: "/") + "/" }
            }
    }

    /// The byte order mark with which a file begins.
    private static func mark(of path: String) throws(FileError) -> [UInt8] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        return try FileReader(path: path).next()?.starts(with: mark) == true ? mark : []
    }
}

extension DelimitedText.Row {
    /// The row as it was read, with more bytes before its line break.
    fileprivate func source(adding bytes: [UInt8]) -> [UInt8] {
        let end = source.last == 0x0A || source.last == 0x0D ? source.count - 1 : source.count
        return source[..<end] + bytes + source[end...]
    }
}
