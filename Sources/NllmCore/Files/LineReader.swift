#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Reads lines of bytes from a file of any size.
struct LineReader {
    /// A longer line is given up, so that a file without line breaks does not fill memory.
    static let lineLimit = 64 << 20
    /// The number of bytes that are skipped in a longer line of a regular file, so that the lines after it are read as
    /// well.
    private static let skipLimit = 1 << 30

    /// A line without its line feed, or the fact that it was too long.
    enum Line {
        case bytes(ArraySlice<UInt8>)
        case tooLong
    }

    private let input: TextInput
    private var piece: ArraySlice<UInt8> = []
    private var hasEnded = false

    init(_ input: TextInput) {
        self.input = input
    }

    /// The next line; nil at the end.
    ///
    /// A pipe or device may never end, so nothing after a line that is too long is read from it.
    mutating func next() throws(FileError) -> Line? {
        guard !hasEnded else { return nil }
        var line: [UInt8] = []
        var length = 0
        while true {
            guard length <= Self.lineLimit + (input.isRegular ? Self.skipLimit : 0) else {
                hasEnded = true
                return .tooLong
            }
            if piece.isEmpty {
                // Given back, or the file's buffer would be copied.
                piece = []
                guard let more = try input.next() else {
                    return length == 0 ? nil : length > Self.lineLimit ? .tooLong : .bytes(line[...])
                }
                piece = more
            }
            if let end = Self.lineFeed(in: piece) {
                let part = piece[..<end]
                piece = piece[(end + 1)...]
                guard length + part.count <= Self.lineLimit else { return .tooLong }
                // Most lines are within one piece and are not copied.
                return .bytes(length == 0 ? part : (line + part)[...])
            }
            length += piece.count
            if length <= Self.lineLimit { line.append(contentsOf: piece) } else { line = [] }
            piece = []
        }
    }

    private static func lineFeed(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, let found = memchr(base, 0x0A, raw.count) else { return nil }
            return bytes.startIndex + (UnsafeRawPointer(found) - base)
        }
    }
}
