extension String {
    /// The text without a byte order mark at its start, which editors and spreadsheets leave there and no model is to see.
    var withoutByteOrderMark: String {
        guard utf8.first == 0xEF, unicodeScalars.first == "\u{FEFF}" else { return self }
        return String(unicodeScalars.drop { $0 == "\u{FEFF}" })
    }
}
