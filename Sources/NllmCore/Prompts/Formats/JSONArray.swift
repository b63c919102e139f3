/// An array of records, which is read element by element, however long it is.
struct JSONArray {
    private let source: PromptSource
    private let input: TextInput
    private var record: JSONRecord
    private var piece: ArraySlice<UInt8> = []
    private var line = 1
    /// The line on which the last element started.
    private var lastStart = 0
    private var count = 0

    init(_ source: PromptSource, _ input: TextInput) {
        self.source = source
        self.input = input
        record = JSONRecord(source, input)
    }

    /// Reads all elements; the input begins with the array.
    mutating func read(into collector: inout PromptCollector) throws {
        _ = try peek()
        piece = piece.dropFirst()
        var wanted = "a value or `]`"
        while input.isRegular || !(collector.isHopeless || record.hasInvalidText) {
            guard let byte = try peek() else { return report(nil, wanted, &collector) }
            switch byte {
            case UInt8(ascii: "]") where wanted != "a value":
                piece = piece.dropFirst()
                if let more = try peek() { report(more, "the end of the file", &collector) }
                return
            case UInt8(ascii: ",") where wanted == "`,` or `]`":
                piece = piece.dropFirst()
                wanted = "a value"
            case _ where wanted == "`,` or `]`" || [UInt8(ascii: ","), UInt8(ascii: "]")].contains(byte):
                return report(byte, wanted, &collector)
            default:
                guard try takeElement(into: &collector) else { return }
                wanted = "`,` or `]`"
            }
        }
    }

    /// Reports what stands, or ends, where something else is expected; after that, elements cannot be told apart.
    private func report(_ byte: UInt8?, _ wanted: String, _ collector: inout PromptCollector) {
        let place = InputPlace(file: source.path, line: line)
        guard let byte else { return collector.report(place, "the array ends where \(wanted) is expected") }
        let found = (0x21...0x7E).contains(byte) ? "`\(Character(Unicode.Scalar(byte)))`" : "byte \(byte)"
        collector.report(place, "\(found) where \(wanted) is expected")
    }

    /// Takes the element that begins here; false if it is too long.
    private mutating func takeElement(into collector: inout PromptCollector) throws -> Bool {
        count += 1
        let start = line
        var splitter = JSONSplitter()
        var bytes: [UInt8] = []
        while true {
            if let end = splitter.end(in: piece) {
                let part = piece[..<end]
                // Most elements are within one piece and are not copied.
                let element = bytes.isEmpty ? part : (bytes + part)[...]
                piece = piece[end...]
                line += part.count { $0 == 0x0A }
                try record.take(
                    element, id: count, at: start, element: start == lastStart ? count : nil, into: &collector)
                lastStart = start
                return true
            }
            bytes.append(contentsOf: piece)
            line += piece.count { $0 == 0x0A }
            guard bytes.count <= LineReader.lineLimit else {
                let message = "the record is over \(LineReader.lineLimit >> 20) MB"
                collector.report(InputPlace(file: source.path, line: start), message)
                return false
            }
            guard try load() else {
                // The parser says what is missing.
                try record.take(bytes[...], id: count, at: start, into: &collector)
                return false
            }
        }
    }

    /// The next byte that is no white space, at which the piece then begins; nil at the end.
    private mutating func peek() throws -> UInt8? {
        while true {
            if let index = piece.firstIndex(where: { $0 > 0x20 || ![0x20, 0x0A, 0x0D, 0x09].contains($0) }) {
                line += piece[..<index].count { $0 == 0x0A }
                piece = piece[index...]
                return piece.first
            }
            line += piece.count { $0 == 0x0A }
            guard try load() else { return nil }
        }
    }

    /// Takes the next piece; false at the end.
    private mutating func load() throws -> Bool {
        // Given back, or the file's buffer would be copied.
        piece = []
        guard let next = try input.next() else { return false }
        piece = next
        return true
    }
}
