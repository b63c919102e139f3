/// Splits bytes that arrive in pieces into lines of text.
///
/// A line ends at LF, and a CR before it belongs to its end. Invalid UTF-8 becomes U+FFFD, wherever the pieces are cut.
struct LineSplitter {
    /// A longer line is returned in several parts, so that memory stays bounded.
    static let limit = 1 << 20

    private let limit: Int
    private var rest: [UInt8] = []

    init(limit: Int = Self.limit) {
        self.limit = limit
    }

    /// Takes the next piece, or nil at the end, and returns the lines that it completes.
    mutating func take(_ piece: ArraySlice<UInt8>?) -> [String] {
        guard var piece else {
            defer { rest = [] }
            return rest.isEmpty ? [] : [OutputText.decode(rest)]
        }
        var lines: [String] = []
        while let end = piece.firstIndex(of: UInt8(ascii: "\n")) {
            add(piece[..<end], to: &lines)
            if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
            lines.append(OutputText.decode(rest))
            rest.removeAll(keepingCapacity: true)
            piece = piece[(end + 1)...]
        }
        add(piece, to: &lines)
        return lines
    }

    private mutating func add(_ bytes: ArraySlice<UInt8>, to lines: inout [String]) {
        rest += bytes
        while rest.count > limit {
            let end = characterStart(before: limit)
            lines.append(OutputText.decode(rest[..<end]))
            rest.removeFirst(end)
        }
    }

    /// The last index, up to `index`, at which a UTF-8 character may start.
    private func characterStart(before index: Int) -> Int {
        let nearest = (max(index - 3, 1)...index).last { rest[$0] & 0xC0 != 0x80 }
        return nearest ?? index
    }
}
