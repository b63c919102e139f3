/// The mark U+FEFF that some editors put before a text in UTF-8, and that is no part of it.
enum ByteOrderMark {
    /// The text without the mark, if it begins with one.
    static func removed(from bytes: some Collection<UInt8>) -> [UInt8] {
        Array(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...])
    }
}

extension String {
    /// The text without a byte order mark at its start, which editors and spreadsheets leave there and no model is to see.
    var withoutByteOrderMark: String {
        guard utf8.first == 0xEF, unicodeScalars.first == "\u{FEFF}" else { return self }
        return String(unicodeScalars.drop { $0 == "\u{FEFF}" })
    }
}
