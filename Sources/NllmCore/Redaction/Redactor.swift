/// Replaces known secrets in texts, and what looks like a secret.
struct Redactor: Sendable {
    let known: KnownSecrets

    init(environment: [String: String]) {
        self.init(secrets: EnvironmentSecrets.values(environment))
    }

    /// Creates a redactor that knows these secrets, whatever they look like.
    init(secrets: some Sequence<String> = []) {
        known = KnownSecrets(secrets)
    }

    /// A text with each secret in it replaced.
    func redact(_ text: String) -> String {
        redacted(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// A text in which every secret that is recognizable by itself is replaced, whatever precedes it.
    func redactKeys(in text: String) -> String {
        redacted(Array(text.utf8), byName: false).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// Bytes with each secret in them replaced, whether or not they are text.
    func redact(_ bytes: [UInt8]) -> [UInt8] { redacted(bytes) ?? bytes }

    /// The bytes with their secrets replaced; nil if they contain none.
    ///
    /// Known secrets are replaced first, wherever they are: text around a gap could look like something else.
    private func redacted(_ bytes: [UInt8], byName: Bool = true) -> [UInt8]? {
        let knowing = Self.replacing(known.ranges(in: bytes), in: bytes)
        let ranges = RedactionScanner(bytes: knowing ?? bytes, known: known, readsNames: byName).secrets()
        return Self.replacing(ranges, in: knowing ?? bytes) ?? knowing
    }

    /// The bytes with each range replaced by the mark; nil if there are no ranges.
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
