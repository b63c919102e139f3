/// The notations of names and values: quoted, separated, in brackets.
extension RedactionScanner {
    struct Separator {
        let end: Int
        /// `key=` with no space, which is never prose.
        let isTight: Bool
        /// `"key":`, as written by programs.
        let isNameQuoted: Bool
    }

    struct Value {
        let range: Range<Int>
        let isQuoted: Bool
    }

    private struct Quote {
        let character: Unicode.Scalar
        /// The number of backslashes before it, in a text within a text.
        let depth: Int
        let end: Int
    }

    /// The distance within which the end of a quotation is searched, and the length of a value that is examined.
    static let longestQuotation = 4096

    /// The text that separates a name from its value.
    func separator(after nameEnd: Int) -> Separator? {
        var end = quote(at: nameEnd)?.end ?? nameEnd
        let isNameQuoted = end > nameEnd
        if isNameQuoted, character(end) == "]" { end += 1 }
        let signStart = endOfBlanks(from: end)
        end = signStart
        switch (character(end), character(end + 1)) {
        case (":", ":"): return nil
        case (":", "/") where character(end + 2) == "/": return nil
        case (":", "="), ("=", "="), ("=", ">"): end += 2
        case (":", _), ("=", _): end += 1
        case ("%", "3"):
            guard let digit = character(end + 2), "AaDd".unicodeScalars.contains(digit) else { return nil }
            end += 3
        default: return nil
        }
        let valueStart = endOfBlanks(from: end)
        let isTight = signStart == nameEnd && valueStart == end && character(signStart) != ":"
        return Separator(end: valueStart, isTight: isTight, isNameQuoted: isNameQuoted)
    }

    /// The value at an index, or after the brackets there, without its quotes.
    func value(from index: Int) -> Value? {
        var start = index
        while let character = character(start), "[(<".unicodeScalars.contains(character) { start += 1 }
        if let quote = quote(at: start) {
            start = endOfScheme(from: quote.end)
            if let end = end(of: quote, from: start) {
                return end > start ? Value(range: start..<end, isQuoted: true) : nil
            }
        }
        start = endOfScheme(from: start)
        var end = start
        while end < bytes.count, !Self.isValueEnd(bytes[end]) { end += 1 }
        if let quote = quote(at: end), isPrefix(start..<end), let closing = self.end(of: quote, from: quote.end) {
            end = closing
        }
        while end > start, ".:!?\\".unicodeScalars.contains(Unicode.Scalar(bytes[end - 1])) { end -= 1 }
        return end > start ? Value(range: start..<end, isQuoted: false) : nil
    }

    private func endOfBlanks(from start: Int) -> Int {
        var end = start
        while character(end) == " " || character(end) == "\t" { end += 1 }
        return end
    }

    /// The end of the word that names an authorization scheme in a header: `Bearer VALUE`.
    private func endOfScheme(from start: Int) -> Int {
        let end = wordEnd(from: start)
        guard character(end) == " ", (5...6).contains(end - start) else { return start }
        let word = String(decoding: bytes[start..<end], as: UTF8.self).lowercased()
        return ["basic", "bearer", "token", "apikey", "digest"].contains(word) ? endOfBlanks(from: end) : start
    }

    // MARK: Quotes

    private func quote(at start: Int) -> Quote? {
        var index = start
        while character(index) == "\\" { index += 1 }
        guard let character = character(index), "\"'`".unicodeScalars.contains(character) else { return nil }
        return Quote(character: character, depth: index - start, end: index + 1)
    }

    /// The end of a quotation on the same line: a quote with no more escapes than the opening one.
    private func end(of quote: Quote, from start: Int) -> Int? {
        var depth = 0
        for index in start..<min(bytes.count, start + Self.longestQuotation) {
            switch Unicode.Scalar(bytes[index]) {
            case "\\": depth += 1
            case "\n": return nil
            case quote.character where depth <= quote.depth: return index - depth
            default: depth = 0
            }
        }
        return nil
    }

    /// Whether a value continues in quotes: `SecretStr('…')`, `b'…'`.
    private func isPrefix(_ range: Range<Int>) -> Bool {
        guard let last = range.last else { return false }
        let character = Unicode.Scalar(bytes[last])
        return character == "(" || range.count == 1 && "bru".unicodeScalars.contains(character)
    }

    private static func isValueEnd(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "\0"..." ", "\"", "'", "`", ",", ";", "&", ")", "}", "]", ">": true
        default: false
        }
    }
}
