/// The byte order mark U+FEFF, which some editors put before UTF-8 text; it is not part of the text.
enum ByteOrderMark {
    /// The text without the mark, if it begins with one.
    static func removed(from bytes: some Collection<UInt8>) -> [UInt8] {
        Array(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...])
    }
}

extension String {
    /// The text without a byte order mark at its start, which editors and spreadsheets leave there and which models
    /// must not receive.
    var withoutByteOrderMark: String {
        guard utf8.first == 0xEF, unicodeScalars.first == "\u{FEFF}" else { return self }
        return String(unicodeScalars.drop { $0 == "\u{FEFF}" })
    }
}
