/// Takes secrets out of texts that are shown or stored.
///
/// Redacted are: what follows `--key` and its like, `key=` and its like and `Bearer`, and words that start as the keys
/// of known providers do. It is one pass over the bytes, so that it costs little on texts that hold no secret.
public enum Redaction {
    static let mark = "***REDACTED***"

    private static let flags: Set<String> = ["--key", "--api-key", "--token", "--password", "--secret"]
    private static let nameEndings = ["key", "token", "password", "passwd", "secret"]
    private static let keyPrefixes = [
        "sk-", "sk_", "AIza", "gsk_", "xai-", "hf_", "ghp_", "gho_", "github_pat_", "pplx-", "r8_", "AKIA", "xoxb-",
    ]
    /// A word this much longer than its prefix is taken for a key, and not for a word that only starts like one.
    private static let keyLength = 6

    /// A command's arguments, each value after a secret flag replaced.
    public static func redact(arguments: [String]) -> [String] {
        var redacted: [String] = []
        for (index, argument) in arguments.enumerated() {
            let followsFlag = index > 0 && flags.contains(arguments[index - 1])
            // `-o api_key VALUE`
            let isOption = index > 1 && ["-o", "--option"].contains(arguments[index - 2])
            let isSecret = followsFlag || isOption && namesSecret(arguments[index - 1])
            redacted.append(isSecret ? mark : redact(argument))
        }
        return redacted
    }

    /// A text with each secret in it replaced.
    public static func redact(_ text: String) -> String {
        var scanner = Scanner(bytes: Array(text.utf8))
        return scanner.redacted() ?? text
    }

    /// Goes through a text word by word; a word is what could be a name or a key.
    private struct Scanner {
        let bytes: [UInt8]
        private var output: [UInt8] = []
        private var copied = 0

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        /// The text with its secrets replaced; nil if it holds none.
        mutating func redacted() -> String? {
            var index = 0
            while index < bytes.count {
                guard isWordByte(bytes[index]) else {
                    index += 1
                    continue
                }
                let start = index
                while index < bytes.count, isWordByte(bytes[index]) { index += 1 }
                let word = String(decoding: bytes[start..<index], as: UTF8.self)
                if Redaction.looksLikeKey(word) {
                    replace(start..<index)
                } else if let value = valueRange(after: index, of: word) {
                    replace(value)
                    index = value.upperBound
                }
            }
            guard copied > 0 else { return nil }
            output += bytes[copied...]
            return String(decoding: output, as: UTF8.self)
        }

        private mutating func replace(_ range: Range<Int>) {
            output += bytes[copied..<range.lowerBound]
            output += Array(Redaction.mark.utf8)
            copied = range.upperBound
        }

        /// Where the value stands that belongs to a name, if the name is one of a secret.
        private func valueRange(after end: Int, of word: String) -> Range<Int>? {
            let name = word.lowercased()
            var start = end
            if Redaction.flags.contains(name) || name == "bearer" {
                // `--key VALUE`, `--key=VALUE` or `Bearer VALUE`
                guard start < bytes.count, [UInt8(ascii: " "), UInt8(ascii: "=")].contains(bytes[start]) else {
                    return nil
                }
                start += 1
            } else if Redaction.namesSecret(name) {
                // `key=VALUE`, or `"key": "VALUE"` with either quote.
                let quote = start < bytes.count && isQuote(bytes[start])
                if quote { start += 1 }
                guard start < bytes.count else { return nil }
                if bytes[start] == UInt8(ascii: "=") {
                    start += 1
                } else if quote, bytes[start] == UInt8(ascii: ":") {
                    start += 1
                    while start < bytes.count, bytes[start] == UInt8(ascii: " ") { start += 1 }
                } else {
                    return nil
                }
            } else {
                return nil
            }
            return valueRange(from: start)
        }

        private func valueRange(from start: Int) -> Range<Int>? {
            var start = start
            if start < bytes.count, isQuote(bytes[start]) { start += 1 }
            var end = start
            while end < bytes.count, !isValueEnd(bytes[end]) { end += 1 }
            return end > start ? start..<end : nil
        }

        private func isWordByte(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "*"):
                true
            default: false
            }
        }

        private func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }

        private func isValueEnd(_ byte: UInt8) -> Bool {
            byte <= 0x20 || isQuote(byte)
                || [",", ";", "&", ")", "}", "]"].contains { (end: Unicode.Scalar) in UInt8(ascii: end) == byte }
        }
    }

    private static func namesSecret(_ name: String) -> Bool {
        nameEndings.contains(where: name.lowercased().hasSuffix)
    }

    private static func looksLikeKey(_ word: String) -> Bool {
        keyPrefixes.contains { word.hasPrefix($0) && word.utf8.count >= $0.utf8.count + keyLength }
    }
}
