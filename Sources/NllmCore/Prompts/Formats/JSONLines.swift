/// Records of JSON, one after the other: one per line, or objects that spread over several lines.
struct JSONLines {
    /// A record that goes on in the next line.
    private struct Open {
        let line: Int
        var bytes: [UInt8]
        var splitter: JSONSplitter
        /// Whether it may as well be a line that is cut off: only the next line shows.
        var isDoubtful: Bool
    }

    private let input: TextInput
    private let source: PromptSource
    private var record: JSONRecord
    private var open: Open?
    /// The first record and its line, until it is known whether it is the only one.
    private var first: (bytes: [UInt8], line: Int)?
    private var number = 0
    /// The number of records so far.
    private var count = 0
    /// Whether the first record has several lines, so that records are numbered, not lines.
    private var isSpread = false

    init(_ source: PromptSource, _ input: TextInput) {
        self.source = source
        self.input = input
        record = JSONRecord(source, input)
    }

    /// Reads all records.
    mutating func read(into collector: inout PromptCollector) throws {
        var lines = LineReader(input)
        while input.isRegular || !(collector.isHopeless || record.hasInvalidText), let line = try lines.next() {
            number += 1
            switch line {
            case .tooLong: collector.report(place(number), "the line is over \(LineReader.lineLimit >> 20) MB")
            case .bytes(let bytes): try take(bytes, into: &collector)
            }
        }
        if let open { try finish(open, into: &collector) }
        try takeFirst(isOnly: true, into: &collector)
    }

    private func place(_ line: Int) -> InputPlace { InputPlace(file: source.path, line: line) }

    private mutating func take(_ bytes: ArraySlice<UInt8>, into collector: inout PromptCollector) throws {
        guard let first = bytes.first(where: { !$0.isJSONSpace }) else { return }
        if let open {
            guard !open.isDoubtful || ",:]}".utf8.contains(first) else {
                try finish(open, into: &collector)
                return try take(bytes, into: &collector)
            }
            return try extend(open, by: bytes, into: &collector)
        }
        let start = bytes.drop(while: \.isJSONSpace)
        var splitter = JSONSplitter()
        guard first == UInt8(ascii: "{"), splitter.end(in: start) == nil,
            let last = bytes.last(where: { !$0.isJSONSpace })
        else { return try finish(bytes, from: number, into: &collector) }
        let isDoubtful = !"{[,:".utf8.contains(last)
        open = Open(line: number, bytes: Array(bytes), splitter: splitter, isDoubtful: isDoubtful)
    }

    /// Adds a line to a record, and takes the record if that completes it.
    private mutating func extend(
        _ start: Open, by bytes: ArraySlice<UInt8>, into collector: inout PromptCollector
    ) throws {
        var record = start
        open = nil
        record.isDoubtful = false
        record.bytes.append(0x0A)
        record.bytes.append(contentsOf: bytes)
        guard record.bytes.count <= LineReader.lineLimit else {
            return collector.report(place(record.line), "the record is over \(LineReader.lineLimit >> 20) MB")
        }
        guard record.splitter.end(in: bytes) == nil else { return try finish(record, into: &collector) }
        open = record
    }

    private mutating func finish(_ record: Open, into collector: inout PromptCollector) throws {
        open = nil
        if count == 0, record.bytes.contains(0x0A) { isSpread = true }
        try finish(record.bytes[...], from: record.line, into: &collector)
    }

    private mutating func finish(
        _ bytes: ArraySlice<UInt8>, from line: Int, into collector: inout PromptCollector
    ) throws {
        count += 1
        guard count > 1 else {
            first = (Array(bytes), line)
            return
        }
        try takeFirst(isOnly: false, into: &collector)
        try record.take(bytes, id: isSpread ? count : line, at: line, into: &collector)
    }

    private mutating func takeFirst(isOnly: Bool, into collector: inout PromptCollector) throws {
        guard let (bytes, line) = first else { return }
        first = nil
        try record.take(bytes[...], id: isSpread ? 1 : line, at: line, isOnly: isOnly, into: &collector)
    }
}

extension UInt8 {
    /// Whether it is white space between JSON's tokens; a line feed is not in a line.
    fileprivate var isJSONSpace: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
}
