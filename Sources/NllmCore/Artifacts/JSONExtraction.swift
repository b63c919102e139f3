#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Finds the JSON in an answer: the answer itself, else in code, else in prose.
///
/// Only objects and arrays count. Each strategy reads the text once: where an object or array turns out to be broken,
/// the search goes on behind the break, because everything opened before it is broken as well.
enum JSONExtraction {
    /// The first object or array that a strategy finds; nil if none finds any.
    static func extract(_ text: String) -> JSONValue? {
        var text = text
        return text.withUTF8 { bytes in
            whole(bytes) ?? inFences(bytes) ?? inProse(bytes)
        }
    }

    private static func whole(_ bytes: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        guard let first = bytes.first(where: { !isSpace($0) }), isOpening(first) else { return nil }
        return try? JSONParser.parse(bytes)
    }

    /// An object or array that begins a block or span of code, its language named or not.
    private static func inFences(_ bytes: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        var index = 0
        while let fence = find(tick, in: bytes, from: index) {
            index = bytes[fence...].firstIndex { $0 != tick } ?? bytes.endIndex
            var start = index
            if index - fence >= 3 {
                start = bytes[start...].firstIndex { !isWord($0) } ?? bytes.endIndex
            }
            start = bytes[start...].firstIndex { !isSpace($0) } ?? bytes.endIndex
            guard start < bytes.endIndex, isOpening(bytes[start]) else { continue }
            // A part of a broken block is left to the search in prose.
            let (value, end) = JSONParser.value(in: bytes, at: start)
            if let value, isClosing(bytes[end - 1]), endsCode(bytes, at: end) { return value }
        }
        return nil
    }

    private static func endsCode(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
        guard let next = bytes[index...].first(where: { !isSpace($0) }) else { return true }
        return next == tick
    }

    private static func inProse(_ bytes: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        var index = 0
        // Each kind of opening is searched for again only when it lies behind, so that the text is read once.
        var (brace, bracket) = (-1, -1)
        while true {
            if brace < index { brace = find(UInt8(ascii: "{"), in: bytes, from: index) ?? Int.max }
            if bracket < index { bracket = find(UInt8(ascii: "["), in: bytes, from: index) ?? Int.max }
            let start = min(brace, bracket)
            guard start < bytes.count else { return nil }
            let (value, end) = JSONParser.value(in: bytes, at: start)
            if let value { return value }
            index = end
        }
    }

    private static func find(_ byte: UInt8, in bytes: UnsafeBufferPointer<UInt8>, from index: Int) -> Int? {
        guard index < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + index, Int32(byte), bytes.count - index)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private static let tick = UInt8(ascii: "`")

    private static func isOpening(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") }

    private static func isClosing(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
            true
        default: false
        }
    }
}
