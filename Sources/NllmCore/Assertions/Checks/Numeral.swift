/// A number as models write it.
struct Numeral: Sendable {
    /// The longest text that is read as a number, in bytes.
    private static let lengthLimit = 1_000

    let text: String
    private let value: DecimalNumber

    /// A number by itself: digits with a sign, a fraction and an exponent, each of which may be missing.
    ///
    /// A text with anything else in it is not a number, so that `60%` is not 60.
    private init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count <= Self.lengthLimit else { return nil }
        let unsigned = bytes.dropFirst(bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") ? 1 : 0)
        let sign = bytes.first == UInt8(ascii: "-") ? "-" : ""
        let text = sign + (unsigned.first == UInt8(ascii: ".") ? "0" : "") + String(decoding: unsigned, as: UTF8.self)
        guard unsigned.first != UInt8(ascii: "-"), let value = DecimalNumber(text) else { return nil }
        (self.text, self.value) = (text, value)
    }

    /// A plain text that is a number but for white space around it.
    init?(alone bytes: [UInt8]) { self.init(bytes[...].trimming(\.isSpace)) }

    /// A word of a plain text that is a number but for marks at its ends, such as `(42)` or `=42!`.
    init?(word bytes: ArraySlice<UInt8>) {
        // Most words have no digit at all.
        guard bytes.contains(where: \.isDigit) else { return nil }
        self.init(bytes.trimming(\.isEdge))
    }

    /// The UTF-8 of a text without currencies, separators of thousands, and marks of emphasis, and without points that end a
    /// sentence; a minus sign becomes a hyphen, and a space that does not break a line becomes one that does.
    static func plain(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { bytes in
            var plain: [UInt8] = []
            plain.reserveCapacity(bytes.count)
            var (index, isPoint) = (0, false)
            while index < bytes.count {
                let (byte, length) = plainByte(bytes[index...])
                index += length
                guard let byte else { continue }
                // A point belongs to a number only if a digit follows.
                if isPoint, byte.isDigit { plain.append(UInt8(ascii: ".")) }
                isPoint = byte == UInt8(ascii: ".")
                if !isPoint { plain.append(byte) }
            }
            return plain
        }
    }

    /// The first byte of a text as it counts, nil if it does not; and the number of bytes that it stands for.
    private static func plainByte(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> (UInt8?, Int) {
        let start = text.startIndex
        let byte = text[start]
        switch byte {
        case UInt8(ascii: "$"), UInt8(ascii: ","), UInt8(ascii: "*"), UInt8(ascii: "_"): return (nil, 1)
        case 0xC2 where text.count > 1 && text[start + 1] == 0xA3: return (nil, 2)
        case 0xC2 where text.count > 1 && text[start + 1] == 0xA0: return (UInt8(ascii: " "), 2)
        case 0xE2 where text.count > 2:
            switch (text[start + 1], text[start + 2]) {
            case (0x82, 0xAC): return (nil, 3)
            case (0x88, 0x92): return (UInt8(ascii: "-"), 3)
            case (0x80, 0xAF), (0x80, 0xA8), (0x80, 0xA9): return (UInt8(ascii: " "), 3)
            default: return (byte, 1)
            }
        default: return (byte, 1)
        }
    }

    /// Whether two numbers differ by at most a tolerance; with 0, whether they are the same, of any size.
    func isNear(_ other: Numeral, tolerance: Double) -> Bool {
        if value == other.value { return true }
        guard tolerance > 0, let first = Double(text), let second = Double(other.text) else { return false }
        let difference = abs(first - second)
        // 1.1 and 1 are 0.1 apart, although their nearest numbers in binary are a little more.
        return difference <= tolerance || difference - tolerance <= 1e-12 * max(abs(first), abs(second))
    }
}

extension UInt8 {
    var isSpace: Bool { self == 0x20 || (9...13).contains(self) }

    /// Whether it is one of the marks ``!?:;()[]{}'"`~<=>@#^&|``.
    fileprivate var isEdge: Bool {
        switch self {
        case 0x21...0x23, 0x26...0x29, 0x3A...0x40, 0x5B, 0x5D, 0x5E, 0x60, 0x7B...0x7E: true
        default: false
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func trimming(_ isDropped: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = drop(while: isDropped)
        return start.dropLast(start.reversed().prefix(while: isDropped).count)
    }
}
