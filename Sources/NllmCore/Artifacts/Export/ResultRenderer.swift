/// Renders results in the order of the artifacts.
protocol ResultRenderer {
    /// What precedes the first result.
    var beginning: [UInt8] { get }

    /// The bytes that are complete with a result.
    mutating func add(_ result: ResultRecord) -> [UInt8]

    /// What follows the last result.
    mutating func end() -> [UInt8]
}

extension ResultRenderer {
    var beginning: [UInt8] { [] }

    mutating func end() -> [UInt8] { [] }
}

/// A result per line, as in `results.jsonl`, or an object with some columns of it.
struct LineRenderer: ResultRenderer {
    /// All of the result if empty.
    let columns: [ResultColumn]

    func add(_ result: ResultRecord) -> [UInt8] {
        var document = result.document
        if !columns.isEmpty {
            document = .object(columns.map { JSONValue.Member($0.name, $0.value(in: document)) })
        }
        return JSONWriter.line(document) + [UInt8(ascii: "\n")]
    }
}

/// A row of CSV per result.
struct RowRenderer: ResultRenderer {
    let columns: [ResultColumn]
    private let writer = DelimitedWriter()

    init(columns: [ResultColumn]) { self.columns = columns.isEmpty ? ResultColumn.standard : columns }

    var beginning: [UInt8] { writer.row(columns.map { .string($0.name) }) }

    func add(_ result: ResultRecord) -> [UInt8] {
        let document = result.document
        return writer.row(columns.map { $0.value(in: document) })
    }
}
