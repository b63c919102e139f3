internal import Crypto
internal import SystemPackage

/// SHA-256 of what a file holds.
enum FileDigest {
    /// A larger file is refused: no model takes it, and one with holes may be larger than any disk.
    static let sizeLimit = 4 << 30

    /// The digest as 64 hexadecimal digits; the file has to be a regular one and is read in pieces.
    static func hexadecimal(path: String) throws(FileError) -> String {
        var hasher = SHA256()
        let reader = try FileReader(path: path)
        guard reader.size <= sizeLimit else {
            throw FileError(Errno.fileTooLarge, path: path, reason: "over \(sizeLimit >> 30) GB")
        }
        while let piece = try reader.next() { hasher.update(data: piece) }
        return Hexadecimal.text(hasher.finalize())
    }
}
