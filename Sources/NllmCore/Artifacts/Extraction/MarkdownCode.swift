/// The contents of the fenced blocks of code in a text, in order: those of JSON and those that name no language.
///
/// A block begins at three backticks, perhaps `json` or `JSON`, and the end of a line; it ends before the next line that
/// begins with three backticks. A block of another language is none, and its end may begin one.
struct CodeBlocks: Sequence, IteratorProtocol {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var backticks: ByteSearch
    private var lineBreaks: ByteSearch
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        backticks = ByteSearch(for: "`", in: bytes)
        lineBreaks = ByteSearch(for: "\n", in: bytes)
    }

    mutating func next() -> Range<Int>? {
        while let fence = backticks.first(from: index) {
            index = bytes.endOfBackticks(from: fence)
            guard index - fence >= 3, let start = firstLine(after: index) else { continue }
            // Where no fence closes a block, none closes a later one.
            guard let end = lineBreakBeforeFence(from: start) else { return nil }
            index = end + 4
            return start..<end
        }
        return nil
    }

    /// Where the code begins if nothing but the name of JSON stands between the fence and the end of its line.
    private func firstLine(after fence: Int) -> Int? {
        let rest = bytes[fence...]
        let isNamed = rest.starts(with: "json".utf8) || rest.starts(with: "JSON".utf8)
        let space = WhiteSpace.prefix(isNamed ? rest.dropFirst(4) : rest)
        return space.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
    }

    private mutating func lineBreakBeforeFence(from start: Int) -> Int? {
        var index = start
        while let lineBreak = lineBreaks.first(from: index) {
            index = lineBreak + 1
            if bytes.endOfBackticks(from: index) - index >= 3 { return lineBreak }
        }
        return nil
    }
}

/// The texts between one backtick and the next, in order, wherever the pairs stand.
struct CodeSpans: Sequence, IteratorProtocol {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var backticks: ByteSearch
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        backticks = ByteSearch(for: "`", in: bytes)
    }

    mutating func next() -> Range<Int>? {
        guard let opening = backticks.first(from: index) else { return nil }
        let start = bytes.endOfBackticks(from: opening)
        guard let end = backticks.first(from: start) else { return nil }
        index = end + 1
        return start..<end
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Where the backticks end that stand at a place, if any.
    fileprivate func endOfBackticks(from start: Int) -> Int {
        var end = start
        while end < endIndex, self[end] == UInt8(ascii: "`") { end += 1 }
        return end
    }
}
