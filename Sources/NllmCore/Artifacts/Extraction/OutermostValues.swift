/// The complete objects and arrays of a text that stand in no other one, from left to right.
///
/// Every opening is tried, those inside strings too, since what looks like a string may be the text between two. Still
/// the text is read only a few times: what was open where an attempt broke is broken as well and not tried again, what
/// an attempt read to its end is read once more and then passed over, and an opening that stood in a string sees
/// strings where that attempt saw none, so that no third attempt fits between the two.
struct OutermostValues: Sequence, IteratorProtocol {
    private var parser: JSONParser
    private var braces: ByteSearch
    private var brackets: ByteSearch
    private var index = 0
    /// By offset, whether an object or array that begins there is known to be broken.
    private var isBroken: [Bool]

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        parser = JSONParser(bytes, leniently: true)
        braces = ByteSearch(for: "{", in: bytes)
        brackets = ByteSearch(for: "[", in: bytes)
        isBroken = Array(repeating: false, count: bytes.count)
    }

    mutating func next() -> (value: JSONValue, range: Range<Int>)? {
        while let start = opening() {
            index = start + 1
            if isBroken[start] { continue }
            if let value = parser.value(at: start) {
                index = parser.index
                return (value, start..<index)
            }
            for level in parser.open { isBroken[level.start] = true }
        }
        return nil
    }

    private mutating func opening() -> Int? {
        guard let brace = braces.first(from: index) else { return brackets.first(from: index) }
        return brackets.first(from: index).map { Swift.min($0, brace) } ?? brace
    }
}
