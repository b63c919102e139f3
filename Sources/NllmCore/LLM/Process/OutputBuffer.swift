/// Output as it arrives, in pieces of one size: unlike a growing array it never takes more than its content, and is not
/// copied before its end.
struct OutputBuffer: Sendable {
    private static let pieceSize = 1 << 20

    private(set) var pieces: [[UInt8]] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ bytes: some Collection<UInt8>) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if pieces.last.map({ $0.count >= Self.pieceSize }) ?? true {
                // A short output takes its own size rather than a whole piece.
                var piece: [UInt8] = []
                if !pieces.isEmpty { piece.reserveCapacity(Self.pieceSize) }
                pieces.append(piece)
            }
            let part = rest.prefix(Self.pieceSize - pieces[pieces.count - 1].count)
            pieces[pieces.count - 1].append(contentsOf: part)
            count += part.count
            rest = rest.dropFirst(part.count)
        }
    }

    /// Appends another buffer's content, without a copy if it is large.
    mutating func append(_ other: OutputBuffer) {
        guard other.pieces.count > 1 else { return append(other.pieces.first ?? []) }
        pieces += other.pieces
        count += other.count
    }

    /// Takes the whole content.
    mutating func removeAll() -> [UInt8] {
        defer { self = OutputBuffer() }
        if pieces.count == 1 { return pieces[0] }
        var all: [UInt8] = []
        all.reserveCapacity(count)
        for index in pieces.indices {
            all.append(contentsOf: pieces[index])
            pieces[index] = []
        }
        return all
    }
}
