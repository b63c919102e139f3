internal import Crypto

/// The text of a file or pipe as UTF-8, piece by piece, with a digest of the bytes that were read.
///
/// A byte order mark is not part of the text; one that says UTF-16 has the text transcoded on the way. The beginning can
/// be looked at before it is taken.
final class TextInput {
    /// What a byte order mark says; without one, UTF-8 is meant.
    enum Encoding {
        case utf8, utf16
        /// It is not transcoded.
        case utf32
    }

    private let file: FileReader
    private var hasher = SHA256()
    private var transcoder: UTF16Transcoder?
    private var knownEncoding: Encoding?
    /// Text that was looked at, but not taken.
    private var ahead: [UInt8] = []
    private var hasEnded = false

    init(_ file: FileReader) {
        self.file = file
    }

    /// Whether it ends by itself: true for a regular file, unlike a pipe or a device.
    var isRegular: Bool { file.isRegular }

    /// SHA-256 of everything read, as hexadecimal digits.
    var digest: String { Hexadecimal.text(hasher.finalize()) }

    /// The encoding, by its byte order mark.
    func encoding() throws(FileError) -> Encoding {
        if let knownEncoding { return knownEncoding }
        var first: [UInt8] = []
        while first.count < 4, let piece = try read() { first += piece }
        let encoding = take(first)
        knownEncoding = encoding
        return encoding
    }

    /// The next piece of text; nil at the end.
    func next() throws(FileError) -> ArraySlice<UInt8>? {
        _ = try encoding()
        guard ahead.isEmpty else {
            defer { ahead = [] }
            return ahead[...]
        }
        return try decoded()
    }

    /// The first bytes of the text that has not been taken, without taking them: `count` unless it ends before.
    func beginning(_ count: Int) throws(FileError) -> ArraySlice<UInt8> {
        _ = try encoding()
        while ahead.count < count, let piece = try decoded() { ahead += piece }
        return ahead.prefix(count)
    }

    /// The rest of the text, or nil if that is more than `limit` bytes.
    func rest(limit: Int) throws(FileError) -> [UInt8]? {
        var bytes: [UInt8] = []
        while let piece = try next() {
            guard bytes.count + piece.count <= limit else { return nil }
            bytes.append(contentsOf: piece)
        }
        return bytes
    }

    private func read() throws(FileError) -> ArraySlice<UInt8>? {
        guard let piece = try file.next() else { return nil }
        hasher.update(data: piece)
        return piece
    }

    /// Takes the first bytes of the file, and returns what their byte order mark says.
    private func take(_ first: [UInt8]) -> Encoding {
        let marks: [([UInt8], Encoding)] = [
            ([0xFF, 0xFE, 0, 0], .utf32), ([0, 0, 0xFE, 0xFF], .utf32), ([0xFF, 0xFE], .utf16), ([0xFE, 0xFF], .utf16),
            ([0xEF, 0xBB, 0xBF], .utf8),
        ]
        guard let (mark, encoding) = marks.first(where: { first.starts(with: $0.0) }) else {
            ahead = first
            return .utf8
        }
        if encoding == .utf16 { transcoder = UTF16Transcoder(isBigEndian: mark[0] == 0xFE) }
        let rest = first.dropFirst(mark.count)
        ahead = transcoder?.take(rest) ?? Array(rest)
        return encoding
    }

    private func decoded() throws(FileError) -> ArraySlice<UInt8>? {
        while !hasEnded {
            let piece = try read()
            hasEnded = piece == nil
            guard transcoder != nil else { return piece }
            // A piece may complete nothing.
            if let text = transcoder?.take(piece), !text.isEmpty { return text[...] }
        }
        return nil
    }
}
