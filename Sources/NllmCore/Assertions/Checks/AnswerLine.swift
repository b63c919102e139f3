/// What a model writes behind `ANSWER:`, where it was asked to end so, or behind "answer is".
enum AnswerLine {
    /// What follows each mark up to the end of the text, without the white space and the asterisks right behind it.
    ///
    /// Case does not count; white space and asterisks may stand before the colon.
    ///
    /// - Parameters:
    ///   - text: where to search.
    ///   - mark: what stands behind "answer", in lower case.
    /// - Returns: the rests of the text, in their order.
    static func tails(in text: String, mark: String = ":") -> [Substring] {
        let utf8 = text.utf8
        var tails: [Substring] = []
        var rest = utf8[...]
        while let start = rest.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "a") }) {
            rest = rest[utf8.index(after: start)...]
            guard begins(rest, with: "nswer") else { continue }
            rest = rest.dropFirst("nswer".utf8.count).drop(while: isSkipped)
            guard begins(rest, with: mark) else { continue }
            rest = rest.dropFirst(mark.utf8.count)
            tails.append(Substring(rest.drop(while: isSkipped)))
        }
        return tails
    }

    private static func begins(_ text: Substring.UTF8View, with wanted: String) -> Bool {
        text.prefix(wanted.utf8.count).lazy.map { $0 | 0x20 }.elementsEqual(wanted.utf8)
    }

    private static func isSkipped(_ byte: UInt8) -> Bool {
        byte == 0x20 || (9...13).contains(byte) || byte == UInt8(ascii: "*")
    }
}
