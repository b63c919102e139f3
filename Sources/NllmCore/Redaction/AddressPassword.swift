/// Passwords in addresses.
extension RedactionScanner {
    private static let longestUser = 256

    private static func isQuoteOrBlank(_ character: Unicode.Scalar) -> Bool {
        switch character {
        case "\0"..." ", "\"", "'", "`", "<", ">", "\\": true
        default: false
        }
    }

    /// The password in `https://user:password@host`, or a user name that looks like a key.
    func password(afterScheme end: Int) -> Range<Int>? {
        guard character(end) == ":", bytes[end...].starts(with: "://".utf8) else { return nil }
        let start = end + 3
        var colon: Int?
        var at: Int?
        for index in start..<min(bytes.count, start + Self.longestUser) {
            let character = Unicode.Scalar(bytes[index])
            if Self.isQuoteOrBlank(character) { break }
            if character == "/" || character == "?" || character == "#" {
                // A password may hold what should have been encoded; a number is a port.
                guard at == nil, let colon, !bytes[(colon + 1)..<index].allSatisfy(\.isDigit) else { break }
                guard self.character(index + 1) != "/" else { break }
            }
            if character == ":", colon == nil { colon = index }
            if character == "@" { at = index }
        }
        guard let at else { return nil }
        if let colon, colon < at { return colon + 1 < at ? (colon + 1)..<at : nil }
        return KeyShape.isRandom(bytes[start..<at]) ? start..<at : nil
    }
}
