/// Finds where a JSON value ends in bytes that arrive in pieces, by its brackets and strings alone.
///
/// A line break inside a string, which JSON does not allow, ends the string, so that a missing quote does not swallow all
/// that follows; the parser reports it.
struct JSONSplitter {
    private enum State {
        case start, string, escape, structure, scalar
    }

    private var state = State.start
    private var depth = 0

    /// Looks for the value's end in the next piece; the first one begins with the value.
    ///
    /// - Parameter bytes: the piece.
    /// - Returns: the index behind the end; nil if the value goes on after the piece.
    mutating func end(in bytes: ArraySlice<UInt8>) -> Int? {
        let found = bytes.withUnsafeBufferPointer { end(in: $0) }
        return found.map { bytes.startIndex + $0 }
    }

    private mutating func end(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var (state, depth, index) = (state, depth, 0)
        defer { (self.state, self.depth) = (state, depth) }
        while index < bytes.count {
            let byte = bytes[index]
            switch state {
            case .escape: state = .string
            case .string:
                switch byte {
                case UInt8(ascii: "\""), 0x0A:
                    state = .structure
                    if depth == 0 { return index + 1 }
                case UInt8(ascii: "\\"): state = .escape
                default: break
                }
            case .start, .structure:
                switch byte {
                case UInt8(ascii: "\""): state = .string
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    state = .structure
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    if depth <= 0 { return index + 1 }
                default: if state == .start { state = .scalar }
                }
            case .scalar: if Self.endsScalar(byte) { return index }
            }
            index += 1
        }
        return nil
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}")
    }
}
