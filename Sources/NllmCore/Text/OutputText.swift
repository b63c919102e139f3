/// Decodes what `llm` has written.
///
/// Python writes half a surrogate pair, which JSON can express, as three bytes that are not UTF-8 (`surrogatepass`).
/// Two halves that belong together, such as those of consecutive pieces of a stream, become their character; one alone
/// becomes one U+FFFD. Other invalid UTF-8 becomes U+FFFD as usual.
enum OutputText {
    private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

    static func decode(_ bytes: some Collection<UInt8>) -> String {
        let repaired: String? = bytes.withContiguousStorageIfAvailable { bytes in
            repair(bytes).map { String(decoding: $0, as: UTF8.self) } ?? String(decoding: bytes, as: UTF8.self)
        }
        return repaired ?? decode(Array(bytes))
    }

    /// The number of bytes at the end that are the beginning of a character that was cut off; at most 3.
    static func tornEnd(of bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let byte = bytes[bytes.count - length]
            // A byte that continues a character.
            if byte & 0xC0 == 0x80 { continue }
            let whole = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length < whole ? length : 0
        }
        return 0
    }

    /// The bytes with pairs of halves joined and single halves replaced; nil if there are none.
    private static func repair(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        var repaired: [UInt8]?
        var (start, index) = (0, 0)
        while let place = bytes[index...].firstIndex(of: 0xED) {
            index = place + 1
            guard let first = half(bytes, at: place) else { continue }
            var result = repaired ?? []
            result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start..<place]))
            if first < 0xDC00, let second = half(bytes, at: place + 3), second >= 0xDC00,
                let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
            {
                result.append(contentsOf: UTF8.encode(scalar) ?? .init())
                index = place + 6
            } else {
                result.append(contentsOf: replacement)
                index = place + 3
            }
            start = index
            repaired = result
        }
        guard var result = repaired else { return nil }
        result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[start...]))
        return result
    }

    /// The half of a surrogate pair that begins at an index, U+D800 to U+DFFF; nil for anything else.
    private static func half(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int) -> UInt32? {
        guard place + 3 <= bytes.count, bytes[place] == 0xED, (0xA0...0xBF).contains(bytes[place + 1]),
            bytes[place + 2] & 0xC0 == 0x80
        else { return nil }
        return 0xD000 | UInt32(bytes[place + 1] & 0x3F) << 6 | UInt32(bytes[place + 2] & 0x3F)
    }
}
