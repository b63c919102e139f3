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
    func redact(_ text: String) -> String {
        redacted(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// A text with each secret replaced that shows as one by itself, whatever stands before it.
    func redactKeys(in text: String) -> String {
        redacted(Array(text.utf8), byName: false).map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// Bytes with each secret in them replaced, whether they are a text or not.
    func redact(_ bytes: [UInt8]) -> [UInt8] { redacted(bytes) ?? bytes }

    /// The bytes with their secrets replaced; nil if they hold none.
    ///
    /// Known secrets go first, wherever they stand: what is cut out of them could look like something else.
    private func redacted(_ bytes: [UInt8], byName: Bool = true) -> [UInt8]? {
        let knowing = Self.replacing(known.ranges(in: bytes), in: bytes)
        let ranges = RedactionScanner(bytes: knowing ?? bytes, known: known, readsNames: byName).secrets()
        return Self.replacing(ranges, in: knowing ?? bytes) ?? knowing
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
