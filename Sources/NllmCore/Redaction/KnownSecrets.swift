/// Finds values that are known secrets.
struct KnownSecrets: Sendable {
    private let secrets: [[UInt8]]
    /// Known secrets by the bytes with which an occurrence may start.
    private let starting: [[[UInt8]]]
    /// Whether there are any, as a quick check.
    private let isStart: [Bool]

    /// The number of backslashes that may precede a character: those of a text in JSON in JSON in JSON.
    private static let deepestEscape = 8
    /// The length of a secret that must be visible beside a mask to recognize it.
    private static let shortestShown = 4

    init(_ values: some Sequence<String>) {
        secrets = Set(values.flatMap { [$0, Self.escapedToASCII($0)] }).map { Array($0.utf8) }.filter { !$0.isEmpty }
        starting = (0...UInt8.max).map { [secrets] byte in
            secrets.filter { secret in
                secret.first == byte
                    || byte == UInt8(ascii: "%") && secret.first.map(RedactionScanner.isWord) == false
            }
        }
        isStart = starting.map { !$0.isEmpty }
    }

    var isEmpty: Bool { secrets.isEmpty }

    /// Whether a text contains one of the secrets.
    func occur(in text: String) -> Bool { !ranges(in: Array(text.utf8)).isEmpty }

    /// The ranges of secrets, also escaped as in JSON or percent-encoded; adjacent ones are one range.
    func ranges(in bytes: [UInt8]) -> [Range<Int>] {
        guard !secrets.isEmpty else { return [] }
        var ranges: [Range<Int>] = []
        for start in bytes.indices where isStart[Int(bytes[start])] {
            let candidates = starting[Int(bytes[start])]
            guard let end = candidates.compactMap({ Self.end(of: $0, in: bytes, from: start) }).max() else { continue }
            if let last = ranges.last, start <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(end, last.upperBound)
            } else {
                ranges.append(start..<end)
            }
        }
        return ranges
    }

    /// Whether a secret starts and ends with the text on both sides of a mask.
    func isMasked(head: ArraySlice<UInt8>, tail: ArraySlice<UInt8>) -> Bool {
        let shown = head.count + tail.count
        guard shown >= Self.shortestShown else { return false }
        return secrets.contains { shown < $0.count && $0.starts(with: head) && $0.suffix(tail.count) == tail }
    }

    private static func end(of secret: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        for byte in secret {
            guard index < bytes.count else { return nil }
            if bytes[index] == byte {
                index += 1
            } else if let next = end(ofEscaped: byte, in: bytes, from: index) {
                index = next
            } else {
                return nil
            }
        }
        return index
    }

    private static func end(ofEscaped byte: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
        switch Unicode.Scalar(bytes[start]) {
        case "+":
            return byte == UInt8(ascii: " ") ? start + 1 : nil
        case "%":
            return end(ofHexadecimal: byte, in: bytes, from: start + 1)
        case "\\":
            let limit = min(bytes.count, start + deepestEscape + 1)
            guard let index = bytes[start..<limit].firstIndex(where: { $0 != UInt8(ascii: "\\") }) else { return nil }
            if bytes[index] == byte { return index + 1 }
            switch (Unicode.Scalar(bytes[index]), Unicode.Scalar(byte)) {
            case ("n", "\n"), ("r", "\r"), ("t", "\t"): return index + 1
            case ("u", _) where bytes[(index + 1)...].starts(with: "00".utf8):
                return end(ofHexadecimal: byte, in: bytes, from: index + 3)
            default: return nil
            }
        default: return nil
        }
    }

    private static func end(ofHexadecimal byte: UInt8, in bytes: [UInt8], from start: Int) -> Int? {
        let digits = bytes[min(start, bytes.count)...].prefix(2)
        return UInt8(String(decoding: digits, as: UTF8.self), radix: 16) == byte && digits.count == 2 ? start + 2 : nil
    }

    /// The value as written by JSON writers that keep to ASCII; its ASCII characters stay unchanged.
    private static func escapedToASCII(_ value: String) -> String {
        value.utf16.map { unit in
            guard unit > 0x7F else { return String(UnicodeScalar(UInt8(unit))) }
            return "\\u" + unit.digits(4, radix: 16)
        }.joined()
    }
}
