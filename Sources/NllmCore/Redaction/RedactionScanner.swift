/// Scans a text word by word; a word is something that could be a key, or a key's name.
///
/// One pass over the bytes that creates no `String` from a word unless it may be a name, so that it costs little if
/// there is nothing to find. Lookahead is limited to what is skipped afterwards, or to a fixed distance.
struct RedactionScanner {
    let bytes: [UInt8]
    /// Recognized if a mask hides their middle.
    let known: KnownSecrets
    /// Whether something that is called a secret counts as one.
    var readsNames = true

    private static let longestName = 64

    /// The ranges of secrets, in order.
    func secrets() -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while index < bytes.count {
            guard Self.isWord(bytes[index]) else {
                let secret = maskedSecret(after: index..<index)
                if let secret { Self.append(secret, to: &ranges) }
                index = secret?.upperBound ?? endOfOther(from: index)
                continue
            }
            let word = index..<wordEnd(from: index)
            index = word.upperBound
            guard let secret = secret(at: word) ?? unescaped(word).flatMap({ secret(at: $0) }) else { continue }
            Self.append(secret, to: &ranges)
            // The apparent value may end with the name of the real one: `key: --token VALUE`.
            let isValue = secret.lowerBound >= word.upperBound
            index = isValue ? max(secret.lowerBound, secret.upperBound - Self.longestName) : secret.upperBound
        }
        return ranges
    }

    private static func append(_ range: Range<Int>, to ranges: inout [Range<Int>]) {
        if let last = ranges.last, range.lowerBound < last.upperBound {
            ranges[ranges.count - 1] = last.lowerBound..<max(range.upperBound, last.upperBound)
        } else {
            ranges.append(range)
        }
    }

    /// The secret that a word is, or that follows it.
    private func secret(at word: Range<Int>) -> Range<Int>? {
        if let end = keyEnd(of: word) { return word.lowerBound..<end }
        if readsNames, let kind = SecretName.kind(of: bytes[word]), let value = value(after: word, kind: kind) {
            return value
        }
        return maskedSecret(after: word) ?? password(afterScheme: word.upperBound)
    }

    // MARK: Words

    func character(_ index: Int) -> Unicode.Scalar? {
        index < bytes.count ? Unicode.Scalar(bytes[index]) : nil
    }

    static func isWord(_ byte: UInt8) -> Bool {
        byte.isAlphanumeric || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    func wordEnd(from start: Int) -> Int {
        var end = start
        while end < bytes.count, Self.isWord(bytes[end]) { end += 1 }
        return end
    }

    /// The word without the letters of an escape in front of it: `\nsk-…`, `%20sk-…`.
    private func unescaped(_ word: Range<Int>) -> Range<Int>? {
        guard word.lowerBound > 0 else { return nil }
        let length: Int
        switch (Unicode.Scalar(bytes[word.lowerBound - 1]), Unicode.Scalar(bytes[word.lowerBound])) {
        case ("\\", "n"), ("\\", "r"), ("\\", "t"): length = 1
        case ("\\", "x"): length = 3
        case ("\\", "u"): length = 5
        case ("%", _): length = 2
        default: return nil
        }
        return word.count > length ? (word.lowerBound + length)..<word.upperBound : nil
    }

    /// The end of something that is not a word: a terminal color, a replaced secret, or a single byte.
    private func endOfOther(from start: Int) -> Int {
        switch character(start) {
        case "\u{1B}" where character(start + 1) == "[":
            var end = start + 2
            while let digit = character(end), ("0"..."9").contains(digit) || digit == ";" { end += 1 }
            return end + 1
        case "*" where bytes[start...].starts(with: Redaction.mark.utf8): return start + Redaction.mark.utf8.count
        default: return start + 1
        }
    }

    // MARK: Keys

    /// The end of the key that a word is or starts; nil if there is none.
    func keyEnd(of word: Range<Int>) -> Int? {
        if character(word.upperBound) == ".", KeyShape.isBeforeStop(bytes[word]) {
            var end = word.upperBound
            while character(end) == ".", wordEnd(from: end + 1) > end + 1 { end = wordEnd(from: end + 1) }
            if end - word.upperBound > 10 { return end }
        }
        guard word.count >= KeyShape.shortest || mayBeMask(at: word.upperBound),
            let rest = KeyShape.rest(of: bytes[word])?.0
        else { return nil }
        // `sk-ab***yz`
        var end = word.upperBound
        while let tail = tail(afterMask: end), !tail.isEmpty || !rest.isEmpty || end > word.upperBound {
            end = tail.upperBound
        }
        return end > word.upperBound || KeyShape.isKey(bytes[word]) ? end : nil
    }

    /// A known secret that starts with a word, has a mask in its middle, and ends with the next word.
    private func maskedSecret(after word: Range<Int>) -> Range<Int>? {
        guard !known.isEmpty, mayBeMask(at: word.upperBound), let tail = tail(afterMask: word.upperBound),
            known.isMasked(head: bytes[word], tail: bytes[tail])
        else { return nil }
        return word.lowerBound..<tail.upperBound
    }

    private func mayBeMask(at index: Int) -> Bool {
        guard index < bytes.count else { return false }
        let byte = bytes[index]
        return byte == UInt8(ascii: "*") || byte == UInt8(ascii: ".") || byte == 0xE2
    }

    /// The word, maybe empty, after the mask with which providers hide the middle of a key: `***`, `...`, `…` or `•••`.
    private func tail(afterMask start: Int) -> Range<Int>? {
        var end = start
        var isEllipsis = true
        while let character = character(end) {
            if character == "*" {
                isEllipsis = false
                end += 1
            } else if character == ".", self.character(end + 1) == "." || end > start {
                end += 1
            } else if bytes[end...].starts(with: "…".utf8) || bytes[end...].starts(with: "•".utf8) {
                end += 3
            } else {
                break
            }
        }
        let tail = end..<wordEnd(from: end)
        // Three periods after a word are usually not a mask.
        return end == start || isEllipsis && tail.isEmpty ? nil : tail
    }
}
