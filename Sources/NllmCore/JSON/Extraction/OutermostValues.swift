/// The complete objects and arrays of a text that are not inside others, from left to right.
///
/// Every opening is tried, even those inside strings, because an apparent string may be the text between two. Still the
/// text is read only a few times: values that were open when an attempt failed are broken as well and not tried again,
/// what an attempt read to its end is read once more and then skipped, and an opening inside a string sees strings
/// where that attempt saw none, so that no third attempt fits between the two.
///
/// If the text ends within an object or array, the values end before that one.
struct OutermostValues: Sequence, IteratorProtocol {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let thoughts: ThinkBlocks?
    private var parser: JSONParser
    private var braces: ByteSearch
    private var brackets: ByteSearch
    private var index = 0
    /// By offset, whether the object or array that begins there is known to be broken.
    private var isBroken: [Bool]
    private var balance: BracketBalance?
    /// The start of the object or array in which the text ends; nil while there is none.
    private(set) var cut: Int?

    /// - Parameters:
    ///   - bytes: the text.
    ///   - thoughts: blocks in which no value may begin.
    init(_ bytes: UnsafeBufferPointer<UInt8>, passingOver thoughts: ThinkBlocks? = nil) {
        self.bytes = bytes
        self.thoughts = thoughts
        parser = JSONParser(bytes, leniently: true)
        braces = ByteSearch(for: "{", in: bytes)
        brackets = ByteSearch(for: "[", in: bytes)
        isBroken = Array(repeating: false, count: bytes.count)
    }

    mutating func next() -> (value: JSONValue, range: Range<Int>)? {
        while cut == nil, let start = opening() {
            if let block = thoughts?.block(at: start) {
                index = block.upperBound
                continue
            }
            index = start + 1
            if isBroken[start] { continue }
            if let value = parser.value(at: start) {
                index = parser.index
                return (value, start..<index)
            }
            for level in parser.open { isBroken[level.start] = true }
            cut = startOfCut()
        }
        return nil
    }

    private mutating func opening() -> Int? {
        guard let brace = braces.first(from: index) else { return brackets.first(from: index) }
        return brackets.first(from: index).map { Swift.min($0, brace) } ?? brace
    }

    /// The outermost of the broken levels that the text does not close; nil if it closes all.
    ///
    /// A level without anything specific to JSON may be a bracket of prose, and need not be closed.
    private mutating func startOfCut() -> Int? {
        let open = parser.open
        guard !parser.endsEarly else { return open.first?.start }
        guard let first = open.firstIndex(where: \.isSurelyJSON) else { return nil }
        if balance == nil { balance = BracketBalance(bytes) }
        let closed = balance?.closed(after: parser.index) ?? 0
        // The innermost levels are closed first.
        return open.count - first > closed ? open[first].start : nil
    }
}

/// The number of brackets closed after an index that were opened before it, ignoring strings.
private struct BracketBalance {
    /// By offset, the number of brackets that are open there, and the minimum from there on.
    private let depths: [Int32]
    private let lows: [Int32]

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var depths: [Int32] = [0]
        depths.reserveCapacity(bytes.count + 1)
        for byte in bytes {
            let last = depths[depths.count - 1]
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depths.append(last + 1)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depths.append(last - 1)
            default: depths.append(last)
            }
        }
        var lows = depths
        for index in lows.indices.dropLast().reversed() { lows[index] = Swift.min(lows[index], lows[index + 1]) }
        (self.depths, self.lows) = (depths, lows)
    }

    func closed(after place: Int) -> Int { Int(depths[place] - lows[place]) }
}
