/// Finds a text in others, by its bytes, in time proportional to theirs (Knuth, Morris and Pratt, 1977).
struct TextSearch: Sendable {
    private let wanted: [UInt8]
    /// For each length of a match that breaks off, the length of the longest one that may still hold.
    private let fallbacks: [Int]

    init(_ text: String) {
        wanted = Array(text.utf8)
        var fallbacks = [0, 0]
        var length = 0
        for byte in wanted.dropFirst() {
            while length > 0, wanted[length] != byte { length = fallbacks[length] }
            if wanted[length] == byte { length += 1 }
            fallbacks.append(length)
        }
        self.fallbacks = fallbacks
    }

    /// Whether a text contains the wanted one.
    func isFound(in text: String) -> Bool {
        guard let first = wanted.first else { return true }
        var text = text
        return text.withUTF8 { bytes in
            var length = 0
            for index in bytes.indices {
                let byte = bytes[index]
                if length == 0 {
                    length = byte == first ? 1 : 0
                } else {
                    while length > 0, wanted[length] != byte { length = fallbacks[length] }
                    if wanted[length] == byte { length += 1 }
                }
                if length == wanted.count { return true }
            }
            return false
        }
    }
}
