/// Turns bytes that arrive in pieces into pieces of text, each as early as possible.
///
/// A line ends at LF, and a CR before it belongs to its end. Invalid UTF-8 becomes U+FFFD, wherever the pieces are cut.
struct TextPieces {
    private static let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))

    private var rest: [UInt8] = []

    /// Takes the next piece, or nil at the end, and returns the text that is certain by now.
    mutating func take(_ piece: ArraySlice<UInt8>?) -> String {
        rest += piece ?? []
        let end = piece == nil ? rest.count : rest.count - openEnd
        let taken = rest[..<end]
        let text = taken.indices.filter { index in
            taken[index] != Self.carriageReturn || index + 1 == end || taken[index + 1] != Self.lineFeed
        }.map { taken[$0] }
        rest.removeFirst(end)
        return OutputText.decode(text)
    }

    /// The number of bytes at the end whose meaning depends on the next ones.
    private var openEnd: Int {
        if rest.last == Self.carriageReturn { return 1 }
        let torn = OutputText.tornEnd(of: rest)
        let whole = rest.dropLast(torn)
        // The first half of a surrogate pair, whose second half may be torn as well.
        guard whole.count >= 3, whole[whole.count - 3] == 0xED, (0xA0...0xAF).contains(whole[whole.count - 2]) else {
            return torn
        }
        return torn + 3
    }
}
