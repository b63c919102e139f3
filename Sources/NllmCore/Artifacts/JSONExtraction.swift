/// Finds the JSON that an answer consists of.
enum JSONExtraction {
    /// The object or array that the whole text stands for; nil for anything else.
    static func extract(_ text: String) -> JSONValue? {
        guard let first = text.utf8.first(where: { !isSpace($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        return try? JSONParser.parse(text)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}
