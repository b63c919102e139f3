/// The fenced blocks of code in a text, in order.
///
/// A block begins at three backticks, or at three tildes at the start of a line, followed by at most the name of its
/// language on the line, and ends before the next line that begins with three of the same, or with the text. If that
/// line names a language itself, it begins the next block. A Markdown block is passed through, because it contains
/// blocks.
struct CodeBlocks: Sequence, IteratorProtocol {
    /// A block's code, and what its fence states.
    struct Block {
        enum Language {
            case json, unnamed, other
        }

        var language: Language
        var range: Range<Int>
        /// Whether a fence ends it, rather than the end of the text.
        var isClosed: Bool
    }

    private static let json = ["json", "jsonc", "json5"]
    private static let longestName = 64
    private static let longestInformation = 256

    private let bytes: UnsafeBufferPointer<UInt8>
    private var backticks: ByteSearch
    private var tildes: ByteSearch
    private var lineBreaks: ByteSearch
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        backticks = ByteSearch(for: "`", in: bytes)
        tildes = ByteSearch(for: "~", in: bytes)
        lineBreaks = ByteSearch(for: "\n", in: bytes)
    }

    mutating func next() -> Block? {
        while let fence = [backticks.first(from: index), tildes.first(from: index)].compactMap(\.self).min() {
            let mark = bytes[fence]
            index = bytes.end(of: mark, from: fence)
            guard index - fence >= 3, mark != UInt8(ascii: "~") || beginsLine(fence),
                let (language, start) = opening(after: index)
            else { continue }
            guard let end = lineBreakBeforeFence(of: mark, from: start) else {
                index = bytes.count
                return Block(language: language, range: start..<bytes.count, isClosed: false)
            }
            let afterFence = bytes.end(of: mark, from: end + 1)
            // A fence followed by a name begins the next block.
            index = name(after: afterFence).isEmpty ? afterFence : end + 1
            return Block(language: language, range: start..<Swift.max(start, end), isClosed: true)
        }
        return nil
    }

    private func beginsLine(_ place: Int) -> Bool {
        let indented = bytes[..<place].last { $0 != UInt8(ascii: " ") }
        return indented == nil || indented == UInt8(ascii: "\n")
    }

    /// The language of the block that a fence begins, and the start of its code; nil if the fence begins none.
    private func opening(after fence: Int) -> (Block.Language, Int)? {
        let name = name(after: fence)
        let text = name.count > Self.longestName ? "other" : String(decoding: name, as: UTF8.self).lowercased()
        guard !["md", "markdown"].contains(text) else { return nil }
        let language: Block.Language = text.isEmpty ? .unnamed : Self.json.contains(text) ? .json : .other
        let space = WhiteSpace.prefix(bytes[name.endIndex...])
        if let lineBreak = space.lastIndex(of: UInt8(ascii: "\n")) { return (language, lineBreak + 1) }
        // A title may follow, for example, but no code.
        guard language == .json else { return nil }
        let line = bytes[name.endIndex...].prefix(Self.longestInformation).prefix { !"`{[\n".utf8.contains($0) }
        guard line.endIndex < bytes.count, bytes[line.endIndex] == UInt8(ascii: "\n") else { return nil }
        return (language, line.endIndex + 1)
    }

    /// The name of a language directly after a fence.
    private func name(after fence: Int) -> Slice<UnsafeBufferPointer<UInt8>> {
        bytes[fence...].prefix { $0.isAlphanumeric || "+-#._".utf8.contains($0) }
    }

    /// The line break before the next line that begins with a fence; the code may be empty.
    private mutating func lineBreakBeforeFence(of mark: UInt8, from start: Int) -> Int? {
        var index = Swift.max(0, start - 1)
        while let lineBreak = lineBreaks.first(from: index) {
            index = lineBreak + 1
            if bytes.end(of: mark, from: index) - index >= 3 { return lineBreak }
        }
        return nil
    }
}

/// The texts between each backtick and the next, in order, however they pair up.
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
        let start = bytes.end(of: UInt8(ascii: "`"), from: opening)
        guard let end = backticks.first(from: start) else { return nil }
        index = end + 1
        return start..<end
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The end of a sequence of equal bytes at an index; nil if there is none.
    fileprivate func end(of byte: UInt8, from start: Int) -> Int {
        var end = start
        while end < endIndex, self[end] == byte { end += 1 }
        return end
    }
}
