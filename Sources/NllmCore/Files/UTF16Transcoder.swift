/// Turns UTF-16 that arrives in pieces into UTF-8.
///
/// Half a surrogate pair, and half a unit at the end, become the byte 0xFF, which is nowhere valid in UTF-8: whoever
/// reads the text reports it with its place.
struct UTF16Transcoder {
    private static let invalid: UInt8 = 0xFF

    private let isBigEndian: Bool
    /// The first byte of a unit whose second one has not arrived.
    private var byte: UInt8?
    /// The first half of a surrogate pair whose second half has not arrived.
    private var lead: UInt16?

    init(isBigEndian: Bool) {
        self.isBigEndian = isBigEndian
    }

    /// Takes the next piece, or nil at the end, and returns what it completes.
    mutating func take(_ piece: ArraySlice<UInt8>?) -> [UInt8] {
        guard let piece else { return finish() }
        var text: [UInt8] = []
        text.reserveCapacity(piece.count)
        for next in piece {
            guard let first = byte else {
                byte = next
                continue
            }
            byte = nil
            let (high, low) = isBigEndian ? (first, next) : (next, first)
            add(UInt16(high) << 8 | UInt16(low), to: &text)
        }
        return text
    }

    private mutating func finish() -> [UInt8] {
        defer { (byte, lead) = (nil, nil) }
        return byte == nil && lead == nil ? [] : [Self.invalid]
    }

    private mutating func add(_ unit: UInt16, to text: inout [UInt8]) {
        if let first = lead {
            lead = nil
            guard !UTF16.isTrailSurrogate(unit) else {
                return add(Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + UInt32(unit) - 0xDC00), to: &text)
            }
            text.append(Self.invalid)
        }
        if unit < 0x80 {
            text.append(UInt8(unit))
        } else if UTF16.isLeadSurrogate(unit) {
            lead = unit
        } else {
            add(Unicode.Scalar(unit), to: &text)
        }
    }

    private func add(_ scalar: Unicode.Scalar?, to text: inout [UInt8]) {
        guard let scalar, let bytes = UTF8.encode(scalar) else { return text.append(Self.invalid) }
        text.append(contentsOf: bytes)
    }
}
