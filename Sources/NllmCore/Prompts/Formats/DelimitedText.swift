/// Splits text with delimiters (RFC 4180) into rows, whatever its size.
///
/// Cells in double quotes may hold delimiters, line breaks, and quotes that are doubled. A row ends at LF, CRLF or CR.
struct DelimitedText {
    /// A cell's text as bytes of its row.
    struct Cell {
        var range: Range<Int>
        var isQuoted: Bool
    }

    /// The cells of a row, and the line on which it starts.
    struct Row {
        var line: Int
        var bytes: [UInt8] = []
        var cells: [Cell] = []
        /// All that was read of it and before it, its line break included, if that is kept; of a line break of two
        /// characters, the second one belongs to the next row.
        var source: [UInt8] = []

        /// Whether there is nothing in it, in quotes neither.
        var isBlank: Bool {
            cells.allSatisfy { !$0.isQuoted && bytes[$0.range].allSatisfy { $0 == 0x20 || $0 == 0x09 } }
        }

        func text(_ cell: Cell) -> ArraySlice<UInt8> { bytes[cell.range] }

        /// The name that a cell of the header holds, without white space around it; nil if it is not valid UTF-8.
        func name(_ cell: Cell) -> String? {
            String(validating: text(cell), as: UTF8.self).map { String($0.drop(while: \.isWhitespace)) }
                .map { name in String(name.prefix(name.count - name.reversed().prefix(while: \.isWhitespace).count)) }
        }
    }

    /// Why rows cannot be told apart any more, or a cell cannot be what was meant.
    struct Flaw: Error {
        var line: Int
        var message: String
        /// Whether the rows after it can be read.
        var isLocal = false
    }

    private enum State {
        case start, plain, quoted, closing, closed
    }

    private static let quote = UInt8(ascii: "\"")

    private let input: TextInput
    private let delimiter: UInt8
    private let keepsSource: Bool
    private var piece: ArraySlice<UInt8> = []
    private var line = 1
    private var state = State.start
    /// Whether the last byte was a CR, with which an LF forms one line break.
    private var isAfterReturn = false
    private var row = Row(line: 1)
    private var cellStart = 0
    private var isCellQuoted = false
    /// The line of the last opening quote.
    private var quoteLine = 0
    /// What is wrong with the current row, first.
    private var flaw: Flaw?

    init(_ input: TextInput, delimiter: UInt8, keepsSource: Bool = false) {
        (self.input, self.delimiter, self.keepsSource) = (input, delimiter, keepsSource)
    }

    /// What follows the last row, if that is kept.
    var rest: [UInt8] { row.source }

    /// The next row; nil at the end.
    ///
    /// - Throws: a ``Flaw``, or a ``FileError``.
    mutating func next() throws -> Row? {
        row = Row(line: line)
        // The next row is probably as long.
        (state, cellStart, isCellQuoted, flaw) = (.start, 0, false, nil)
        while true {
            if piece.isEmpty {
                // Given back, or the file's buffer would be copied.
                piece = []
                guard let more = try input.next() else { return try last() }
                piece = more
            }
            let current = piece
            let (used, isComplete) = current.withUnsafeBufferPointer { scan($0) }
            piece = current[(current.startIndex + used)...]
            if keepsSource { row.source += current.prefix(used) }
            guard row.bytes.count <= LineReader.lineLimit else {
                let size = "over \(LineReader.lineLimit >> 20) MB"
                throw Flaw(
                    line: row.line,
                    message: state == .quoted
                        ? "the row is \(size); is the quote that opens in line \(quoteLine) closed?"
                        : "the row is \(size)")
            }
            guard isComplete else { continue }
            if let flaw { throw flaw }
            return row
        }
    }

    /// The row at the end of the text, if there is one.
    private mutating func last() throws -> Row? {
        guard state != .quoted else { throw Flaw(line: quoteLine, message: "a quote that is not closed") }
        guard state != .start || !row.cells.isEmpty else { return nil }
        endCell()
        if let flaw { throw flaw }
        return row
    }

    /// Takes bytes up to the end of the row, and returns their number, and whether the row is complete.
    private mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>) -> (used: Int, isComplete: Bool) {
        var index = 0
        while index < bytes.count {
            switch state {
            case .start: start(bytes, &index)
            case .quoted: takeQuoted(bytes, &index)
            case .plain:
                let from = index
                while index < bytes.count, !ends(bytes[index]) { index += 1 }
                append(bytes, from..<index)
                if index < bytes.count, end(at: bytes[index], &index) { return (index, true) }
            case .closing, .closed:
                if ends(bytes[index]) {
                    if end(at: bytes[index], &index) { return (index, true) }
                } else {
                    takeAfterQuote(bytes[index], &index)
                }
            }
        }
        return (index, false)
    }

    private mutating func start(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) {
        if isAfterReturn, row.cells.isEmpty, bytes[index] == 0x0A {
            index += 1
            isAfterReturn = false
            return
        }
        isAfterReturn = false
        guard bytes[index] == Self.quote else {
            state = .plain
            return
        }
        (state, isCellQuoted, quoteLine) = (.quoted, true, line)
        index += 1
    }

    private mutating func takeQuoted(_ bytes: UnsafeBufferPointer<UInt8>, _ index: inout Int) {
        let from = index
        while index < bytes.count, bytes[index] != Self.quote {
            let byte = bytes[index]
            if byte == 0x0D || byte == 0x0A && !isAfterReturn { line += 1 }
            isAfterReturn = byte == 0x0D
            index += 1
        }
        append(bytes, from..<index)
        guard index < bytes.count else { return }
        (state, isAfterReturn) = (.closing, false)
        index += 1
    }

    private mutating func takeAfterQuote(_ byte: UInt8, _ index: inout Int) {
        index += 1
        if byte == Self.quote, state == .closing {
            row.bytes.append(byte)
            state = .quoted
        } else if byte == 0x20 {
            state = .closed
        } else {
            let message =
                "text after a closing quote in column \(row.cells.count + 1); inside quotes, a quote is written as \"\""
            flaw = flaw ?? Flaw(line: line, message: message, isLocal: true)
            state = .plain
        }
    }

    private func ends(_ byte: UInt8) -> Bool { byte == delimiter || byte == 0x0A || byte == 0x0D }

    /// Ends the cell, and the row unless a delimiter stands here; true if the row ends.
    private mutating func end(at byte: UInt8, _ index: inout Int) -> Bool {
        endCell()
        index += 1
        guard byte != delimiter else { return false }
        isAfterReturn = byte == 0x0D
        line += 1
        return true
    }

    private mutating func endCell() {
        row.cells.append(Cell(range: cellStart..<row.bytes.count, isQuoted: isCellQuoted))
        (state, cellStart, isCellQuoted) = (.start, row.bytes.count, false)
    }

    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
        row.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[range]))
    }
}
