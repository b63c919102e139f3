/// Finds the value that follows the name of a secret.
extension RedactionScanner {
    private static let nothings: Set<String> = ["null", "none", "nil", "true", "false", "undefined"]
    /// The text after a name in a message about it.
    private static let ordinaryWords: Set<String> = [
        "a", "an", "and", "argument", "auth", "authentication", "authorization", "cannot", "empty", "error", "expired",
        "field", "flag", "for", "from", "in", "invalid", "is", "missing", "must", "needs", "not", "of", "option",
        "optional", "or", "parameter", "please", "realm", "required", "requires", "set", "str", "string", "the", "to",
        "token", "tokens", "unset", "using", "value", "was", "with",
    ]
    /// The text between a name and its value in a message: `API key provided: …`.
    private static let linkingWords: Set<String> = [
        "client", "expired", "given", "header", "incorrect", "invalid", "is", "not", "option", "parameter", "passed",
        "provided", "received", "supplied", "used", "valid", "value", "was", "wrong", "you",
    ]

    /// The value after a name; nil if there is none.
    func value(after name: Range<Int>, kind: SecretName.Kind) -> Range<Int>? {
        switch kind {
        case .scheme: return character(name.upperBound) == " " ? argument(from: name.upperBound + 1) : nil
        case .flag:
            if character(name.upperBound) == " " { return argument(from: name.upperBound + 1) }
        case .identifier, .word:
            // `-o api_key VALUE`
            if character(name.upperBound) == " ", followsOptionFlag(name) { return argument(from: name.upperBound + 1) }
        }
        if let separator = separator(after: name.upperBound) {
            return value(of: name, kind: kind, after: separator)
        }
        return kind == .word || kind == .identifier ? proseValue(after: name) : nil
    }

    private func value(of name: Range<Int>, kind: SecretName.Kind, after separator: Separator) -> Range<Int>? {
        // An address is where to get a key; and it may be long, and contain more names.
        let isAddress = ["http://", "https://"].contains { bytes[separator.end...].starts(with: $0.utf8) }
        if isAddress, !separator.isTight { return nil }
        guard let value = value(from: separator.end) else { return nil }
        return isSecret(value, of: name, kind: kind, after: separator) ? value.range : nil
    }

    /// The value after nothing but a space, unless it is more prose, or a parameter: `Bearer realm="…"`.
    private func argument(from start: Int) -> Range<Int>? {
        guard let range = value(from: start)?.range else { return nil }
        let word = bytes[range.upperBound - 1] == UInt8(ascii: "=") ? range.dropLast() : range
        return Self.ordinaryWords.contains(lowercased(word)) ? nil : range
    }

    private func followsOptionFlag(_ name: Range<Int>) -> Bool {
        guard name.lowerBound > 2, bytes[name.lowerBound - 1] == UInt8(ascii: " ") else { return false }
        let flagEnd = name.lowerBound - 1
        var start = flagEnd
        while start > 0, flagEnd - start < 9, bytes[start - 1] > 0x20 { start -= 1 }
        guard bytes[start] == UInt8(ascii: "-") else { return false }
        return SecretName.optionFlags.contains(lowercased(start..<flagEnd))
    }

    /// The value in `API key provided: VALUE`, `key 'VALUE'` or `key VALUE`; in the latter two only if it looks random.
    private func proseValue(after name: Range<Int>) -> Range<Int>? {
        var end = name.upperBound
        for _ in 0..<4 {
            let next = (end + 1)..<max(end + 1, wordEnd(from: end + 1))
            guard character(end) == " ", !next.isEmpty, Self.linkingWords.contains(lowercased(next)) else { break }
            end = next.upperBound
        }
        if end > name.upperBound, let separator = separator(after: end) {
            return value(of: name, kind: .word, after: separator)
        }
        guard character(end) == " ", let value = value(from: end + 1) else { return nil }
        return KeyShape.isRandom(bytes[value.range]) ? value.range : nil
    }

    // MARK: Judging

    private func isSecret(
        _ value: Value, of name: Range<Int>, kind: SecretName.Kind, after separator: Separator
    ) -> Bool {
        let text = lowercased(value.range)
        let isCertain = separator.isTight || separator.isNameQuoted || kind == .flag
        if !value.isQuoted, Self.nothings.contains(text) { return false }
        if isCertain { return separator.isTight || value.isQuoted || !isShortNumber(value.range) }
        // `'… token: ', 'code': …`
        if value.isQuoted, let first = character(value.range.lowerBound), " ,:)]}".unicodeScalars.contains(first) {
            return false
        }
        if Self.ordinaryWords.contains(text) || isShortNumber(value.range) { return false }
        // `set the key: OPENAI_API_KEY`
        if bytes[value.range].allSatisfy(Self.isOfVariable), SecretName.isSecret(text) { return false }
        return kind == .identifier || isLikelySecret(value, of: name)
    }

    /// Whether the text after a word of prose is a value and not more prose.
    private func isLikelySecret(_ value: Value, of name: Range<Int>) -> Bool {
        let word = bytes[value.range]
        let isLong = word.count >= 20
        // `invalid key: top_p`, but `API key: abc`
        if lowercased(name) == "key", !isLong, !isQualified(name), word.allSatisfy(Self.isOfOption) { return false }
        let letters = word.dropFirst().allSatisfy { ("a"..."z").contains(Unicode.Scalar($0)) }
        guard letters, !isLong, !value.isQuoted else { return true }
        // `token: abc`, but `token: abc at line 5`
        guard character(value.range.upperBound) == " ", let next = character(value.range.upperBound + 1) else {
            return true
        }
        return !next.properties.isAlphabetic
    }

    /// Whether it is an `API key` rather than any other key.
    private func isQualified(_ name: Range<Int>) -> Bool {
        let before = lowercased(max(0, name.lowerBound - 8)..<name.lowerBound)
        return ["api ", "access ", "auth ", "secret ", "private "].contains(where: before.hasSuffix)
    }

    private static func isOfOption(_ byte: UInt8) -> Bool {
        ("a"..."z").contains(Unicode.Scalar(byte)) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    private static func isOfVariable(_ byte: UInt8) -> Bool {
        byte.isUppercaseLetter || byte == UInt8(ascii: "_")
    }

    private func isShortNumber(_ range: Range<Int>) -> Bool {
        range.count < 8 && bytes[range].allSatisfy { $0.isDigit || $0 == UInt8(ascii: ".") }
    }

    private func lowercased(_ range: Range<Int>) -> String {
        String(decoding: bytes[range].prefix(Self.longestQuotation), as: UTF8.self).lowercased()
    }
}
