/// Reasoning that models write into the text of their answer: `<think>…</think>`.
///
/// The names are `think`, `thinking`, `thought`, `seed:think` and `reasoning`, in any letter case, with or without
/// attributes; in brackets only `[THINK]`, because other words in brackets are links. An end tag without a start tag
/// closes everything before it, because templates often omit the start; a start tag without an end opens everything
/// after it.
struct ThinkBlocks {
    /// The ranges of the blocks, in order, including tags.
    private(set) var ranges: [Range<Int>] = []

    private static let names: [StaticString] = ["thinking", "think", "thought", "seed:think", "reasoning"]
    private static let bracketed: StaticString = "[THINK]"
    private static let bracketedEnd: StaticString = "[/THINK]"
    /// The distance within which the end of a tag is searched.
    private static let longestTag = 256

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var (angles, brackets) = (ByteSearch(for: "<", in: bytes), ByteSearch(for: "[", in: bytes))
        var index = 0
        var opening: Int?
        while let start = [angles.first(from: index), brackets.first(from: index)].compactMap(\.self).min() {
            index = start + 1
            guard let tag = Self.tag(at: start, in: bytes) else { continue }
            index = tag.end
            if !tag.isClosing {
                opening = opening ?? start
            } else if let begin = opening {
                ranges.append(begin..<tag.end)
                opening = nil
            } else {
                ranges = [0..<tag.end]
            }
        }
        if let opening { ranges.append(opening..<bytes.count) }
    }

    /// The block that contains an index; nil if none does.
    func block(at place: Int) -> Range<Int>? {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= place { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(place) ? ranges[low] : nil
    }

    /// The ranges between the blocks.
    func answers(count: Int) -> [Range<Int>] {
        let starts = [0] + ranges.map(\.upperBound)
        let ends = ranges.map(\.lowerBound) + [count]
        return zip(starts, ends).filter { $0 < $1 }.map { $0..<$1 }
    }

    private static func tag(at start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> (isClosing: Bool, end: Int)? {
        guard bytes[start] == UInt8(ascii: "<") else {
            return [(bracketed, false), (bracketedEnd, true)].first { stands($0.0, at: start, in: bytes) }
                .map { ($0.1, start + $0.0.utf8CodeUnitCount) }
        }
        let isClosing = start + 1 < bytes.count && bytes[start + 1] == UInt8(ascii: "/")
        let name = start + (isClosing ? 2 : 1)
        guard let length = names.first(where: { isName($0, at: name, in: bytes) })?.utf8CodeUnitCount else {
            return nil
        }
        // An attribute follows white space.
        var end = name + length
        guard end < bytes.count, isSpace(bytes[end]) || bytes[end] == UInt8(ascii: ">") else { return nil }
        let limit = min(bytes.count, end + longestTag)
        while end < limit, bytes[end] != UInt8(ascii: ">") {
            guard bytes[end] != UInt8(ascii: "<") else { return nil }
            end += 1
        }
        guard end < limit, bytes[end - 1] != UInt8(ascii: "/") else { return nil }
        return (isClosing, end + 1)
    }

    private static func stands(_ text: StaticString, at start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        text.withUTF8Buffer { bytes[start...].starts(with: $0) }
    }

    private static func isName(_ name: StaticString, at start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let end = start + name.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        return name.withUTF8Buffer { letters in
            zip(letters, bytes[start..<end]).allSatisfy { $0 == $1 | 0x20 }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
