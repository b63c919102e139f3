/// White space in UTF-8, as removed by Python's `str.strip`.
enum WhiteSpace {
    typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

    /// The text without white space at both ends.
    static func trimmed(_ text: Bytes) -> Bytes {
        var rest = text[prefix(text).endIndex...]
        while let width = (1...3).first(where: { $0 <= rest.count && width(rest.suffix($0)) == $0 }) {
            rest = rest.dropLast(width)
        }
        return rest
    }

    /// The white space at the start of a text.
    static func prefix(_ text: Bytes) -> Bytes {
        var rest = text
        while case let width = width(rest), width > 0 { rest = rest.dropFirst(width) }
        return text[..<rest.startIndex]
    }

    /// The length in bytes of the white space character at the start of a text; 0 if there is none.
    private static func width(_ text: Bytes) -> Int {
        guard let first = text.first else { return 0 }
        let second = text.dropFirst().first ?? 0
        let third = text.dropFirst(2).first ?? 0
        switch (first, second, third) {
        case (0x09...0x0D, _, _), (0x1C...0x20, _, _): return 1
        case (0xC2, 0x85, _), (0xC2, 0xA0, _): return 2
        case (0xE1, 0x9A, 0x80), (0xE2, 0x80, 0x80...0x8A), (0xE2, 0x80, 0xA8...0xA9), (0xE2, 0x80, 0xAF),
            (0xE2, 0x81, 0x9F), (0xE3, 0x80, 0x80):
            return 3
        default: return 0
        }
    }
}
