internal import CZlib
internal import FoundationEssentials

/// Bytes compressed in zlib's format (RFC 1950), as text that can stand in any document.
enum ZlibText {
    /// Smaller than the usual level by a few percent, for twice the time, which is still far below that of reading.
    private static let level: Int32 = 9

    /// The bytes, compressed and in base64.
    static func encoded(_ bytes: [UInt8]) -> [UInt8] {
        var size = compressBound(uLong(bytes.count))
        let compressed = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            // It fails for a buffer that is too small or an unknown level, of which neither can be.
            let code = compress2(buffer.baseAddress, &size, bytes, uLong(bytes.count), level)
            count = code == Z_OK ? Int(size) : 0
        }
        return Array(Data(compressed).base64EncodedData())
    }
}
