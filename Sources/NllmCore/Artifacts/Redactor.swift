/// Takes out of texts what is known to be secret and what looks like it.
struct Redactor: Sendable {
    let known: KnownSecrets

    init(environment: [String: String]) {
        self.init(secrets: EnvironmentSecrets.values(environment))
    }

    /// Makes a redactor that knows these secrets, whatever they look like.
    init(secrets: some Sequence<String> = []) {
        known = KnownSecrets(secrets)
    }

    /// A text with each secret in it replaced.
    ///
    /// Known secrets go first, wherever they stand: what is cut out of them could look like something else.
    func redact(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let knowing = Self.replacing(known.ranges(in: bytes), in: bytes)
        let ranges = RedactionScanner(bytes: knowing ?? bytes, known: known).secrets()
        guard let redacted = Self.replacing(ranges, in: knowing ?? bytes) ?? knowing else { return text }
        return String(decoding: redacted, as: UTF8.self)
    }

    /// The bytes with each range replaced by the mark; nil if there is none.
    private static func replacing(_ ranges: [Range<Int>], in bytes: [UInt8]) -> [UInt8]? {
        guard !ranges.isEmpty else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var copied = 0
        for range in ranges {
            output += bytes[copied..<range.lowerBound]
            output += Redaction.mark.utf8
            copied = range.upperBound
        }
        return output + bytes[copied...]
    }
}
