/// The first 128 bits of a key of a request, which many prompts are compared by.
struct RequestDigest: Sendable, Hashable {
    private let first: UInt64
    private let second: UInt64

    /// - Parameter key: the whole key, most significant bytes first.
    init(_ key: [UInt8]) {
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        (first, second) = (number(key.prefix(8)), number(key.dropFirst(8).prefix(8)))
    }

    /// 16 hexadecimal digits of it, which tell requests of one prompt apart.
    var mark: String { withUnsafeBytes(of: first.bigEndian) { Hexadecimal.text($0) } }
}
