/// Why a text is not JSON, and the offset in bytes where that shows.
struct JSONError: Error, Equatable {
    var message: String
    var offset: Int
}

/// A strict RFC 8259 parser in one pass over UTF-8 bytes, at most ``maximumDepth`` levels deep.
struct JSONParser {
    static let maximumDepth = 512

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index: Int
    private var depth = 0
    /// The first object or array that was read to its end, with its start; an outer one takes the place of its parts.
    private var complete: (start: Int, value: JSONValue)?

    private init(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int = 0) {
        self.bytes = bytes
        self.index = index
    }

    /// What stands at a place in a text that goes on after it.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - start: where an object or array begins.
    /// - Returns: the value that begins there, or the first complete object or array inside it if it is broken; and
    ///   where reading ended.
    static func value(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> (value: JSONValue?, end: Int) {
        var parser = JSONParser(bytes, at: start)
        do throws(JSONError) {
            let value = try parser.value()
            return (value, parser.index)
        } catch {
            return (parser.complete?.value, max(parser.index, start + 1))
        }
    }

    /// The value that the whole text stands for.
    static func parse(_ text: some Sequence<UInt8>) throws(JSONError) -> JSONValue {
        let result: Result<JSONValue, JSONError>? = text.withContiguousStorageIfAvailable { parse(bytes: $0) }
        return try (result ?? Array(text).withUnsafeBufferPointer { parse(bytes: $0) }).get()
    }

    /// The value that the whole text stands for.
    static func parse(_ text: String) throws(JSONError) -> JSONValue {
        try parse(text.utf8)
    }

    private static func parse(bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONError> {
        Result { () throws(JSONError) -> JSONValue in
            var parser = JSONParser(bytes)
            let value = try parser.value()
            parser.skipSpace()
            guard parser.index == bytes.count else { throw parser.unexpected("the end") }
            return value
        }
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard let byte = peek else { throw unexpected("a value") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("a value")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        depth += 1
        guard depth <= Self.maximumDepth else { throw failure("nested over \(Self.maximumDepth) levels deep") }
        let start = index
        index += 1
        let value = try body(&self)
        depth -= 1
        if complete.map({ $0.start > start }) ?? true { complete = (start, value) }
        return value
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        var members: [JSONValue.Member] = []
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a name in double quotes") }
            let name = try string()
            skipSpace()
            guard take(":") else { throw unexpected("`:` after a name") }
            members.append(JSONValue.Member(name, try value()))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw unexpected("`,` or `}`") }
        }
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            elements.append(try value())
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw unexpected("`,` or `]`") }
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let matches = word.withUTF8Buffer { bytes[index...].starts(with: $0) }
        guard matches else { throw unexpected("a value") }
        index += word.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = index
        _ = take("-")
        if !take("0") { try digits() }
        if take(".") { try digits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try digits()
        }
        return .number(String(decoding: bytes[start..<index], as: UTF8.self))
    }

    private mutating func digits() throws(JSONError) {
        let start = index
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { index += 1 }
        guard index > start else { throw unexpected("a digit") }
    }

    private mutating func string() throws(JSONError) -> String {
        index += 1
        var decoded: [UInt8] = []
        var start = index
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                defer { index += 1 }
                // Most strings have no escape and are taken as one slice.
                if decoded.isEmpty { return try text(bytes[start..<index], at: start) }
                decoded.append(contentsOf: bytes[start..<index])
                return try text(decoded, at: start)
            case UInt8(ascii: "\\"):
                decoded.append(contentsOf: bytes[start..<index])
                index += 1
                let scalar = try escape()
                decoded.append(contentsOf: Array(String(Character(scalar)).utf8))
                start = index
            case 0..<0x20:
                throw failure("a control character inside a string; write it as an escape")
            default:
                index += 1
            }
        }
        throw failure("a string without its closing quote")
    }

    private func text(_ bytes: some Sequence<UInt8>, at offset: Int) throws(JSONError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw JSONError(message: "a string that is not valid UTF-8", offset: offset)
        }
        return text
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let byte = peek else { throw failure("a string without its closing quote") }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default:
            index -= 1
            throw failure("an unknown escape in a string")
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, take("\\"), take("u") else { throw failure("half a surrogate pair in a string") }
        let second = try fourHexDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw failure("half a surrogate pair in a string") }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
        guard index + 4 <= bytes.count,
            bytes[index..<index + 4].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw failure("an escape without its four hexadecimal digits") }
        index += 4
        return value
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = peek, Unicode.Scalar(byte) == character else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
    }

    private func failure(_ message: String) -> JSONError { JSONError(message: message, offset: index) }

    private func unexpected(_ wanted: String) -> JSONError {
        guard let byte = peek else { return failure("it ends where \(wanted) is expected") }
        let found = (0x21...0x7E).contains(byte) ? "`\(Character(Unicode.Scalar(byte)))`" : "byte \(byte)"
        return failure("\(found) where \(wanted) is expected")
    }
}
