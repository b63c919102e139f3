internal import Crypto
internal import SystemPackage

/// The SHA-256 of a file's content.
enum FileDigest {
    /// A larger file is rejected: no model accepts it, and one with holes may be larger than any disk.
    static let sizeLimit = 4 << 30

    /// The digest as 64 hexadecimal digits; the file must be a regular one and is read in pieces.
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
