/// Why a text is not JSON, with the byte offset at which that shows.
struct JSONError: PlainError, Equatable {
    var message: String
    var offset: Int

    var plainText: String { message }
}

/// A strict RFC 8259 parser in one pass over UTF-8 bytes, with at most ``maximumDepth`` levels.
///
/// In lenient mode, it accepts what Python's `json` accepts beyond the standard: `NaN` and the infinities, which become
/// null, and halves of surrogate pairs, which become U+FFFD. So does invalid UTF-8, which no `String` can contain.
struct JSONParser {
    static let maximumDepth = 512

    private let bytes: UnsafeBufferPointer<UInt8>
    private let isLenient: Bool
    /// The current index; after an error, the one at which it shows.
    private(set) var index = 0
    /// The objects and arrays that have not been read to their end, outermost first.
    private(set) var open: [Level] = []

    /// An object or array with the parts read so far.
    struct Level {
        let start: Int
        let isObject: Bool
        var name = ""
        private var members: [JSONValue.Member] = []
        private var elements: [JSONValue] = []

        /// Whether a name with its colon, or an element with its comma, shows that this is not a bracket in prose.
        fileprivate(set) var isSurelyJSON = false

        init(start: Int, isObject: Bool) {
            self.start = start
            self.isObject = isObject
        }

        var value: JSONValue { isObject ? .object(members) : .array(elements) }

        mutating func add(_ value: JSONValue) {
            if isObject { members.append(JSONValue.Member(name, value)) } else { elements.append(value) }
        }
    }

    /// What stops the parser at its index.
    ///
    /// It is worded only for a reader, because the search for JSON in a bad answer is stopped at nearly every byte.
    private enum Fault: Error {
        case unexpected(wanted: String)
        case malformed(String)
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, leniently isLenient: Bool = false) {
        self.bytes = bytes
        self.isLenient = isLenient
    }

    /// The value that begins at an index in a text that continues after it; nil if it is broken or cut off.
    mutating func value(at start: Int) -> JSONValue? {
        index = start
        open.removeAll(keepingCapacity: true)
        return try? value()
    }

    /// Whether parsing stopped only because the text ends there, in the middle of a value.
    var endsEarly: Bool {
        guard index < bytes.count else { return true }
        let rest = bytes[index...]
        if rest.count < 4, index >= 2, bytes[index - 2] == UInt8(ascii: "\\"), bytes[index - 1] == UInt8(ascii: "u") {
            return rest.allSatisfy(\.isHexadecimalDigit)
        }
        let words: [StaticString] = ["true", "false", "null", "NaN", "Infinity", "-Infinity"]
        return words.contains { word in
            word.withUTF8Buffer { rest.count < $0.count && $0.starts(with: rest) }
        }
    }

    /// The value of the whole text.
    static func parse(_ text: some Sequence<UInt8>) throws(JSONError) -> JSONValue {
        let result: Result<JSONValue, JSONError>? = text.withContiguousStorageIfAvailable { parse(bytes: $0) }
        return try (result ?? Array(text).withUnsafeBufferPointer { parse(bytes: $0) }).get()
    }

    /// The value of the whole text.
    static func parse(_ text: String) throws(JSONError) -> JSONValue {
        try parse(text.utf8)
    }

    private static func parse(bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONError> {
        var parser = JSONParser(bytes)
        do throws(Fault) {
            let value = try parser.value()
            parser.skipSpace()
            guard parser.index == bytes.count else { throw .unexpected(wanted: "the end") }
            return .success(value)
        } catch {
            return .failure(JSONError(message: parser.message(error), offset: parser.index))
        }
    }

    /// Reads a value with all its levels in one loop, because a thread's stack may be too small for one call per level.
    private mutating func value() throws(Fault) -> JSONValue {
        while true {
            var complete = try begin()
            while let value = complete {
                guard !open.isEmpty else { return value }
                open[open.count - 1].add(value)
                complete = try end()
            }
        }
    }

    /// Reads a value without parts, or enters an object or array up to its first part and returns nil.
    private mutating func begin() throws(Fault) -> JSONValue? {
        skipSpace()
        guard let byte = peek else { throw .unexpected(wanted: "a value") }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return try enter(isObject: byte == UInt8(ascii: "{"))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "N") where isLenient: return try literal("NaN", .null)
        case UInt8(ascii: "I") where isLenient: return try literal("Infinity", .null)
        case UInt8(ascii: "-") where isLenient && index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "I"):
            return try literal("-Infinity", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw .unexpected(wanted: "a value")
        }
    }

    private mutating func enter(isObject: Bool) throws(Fault) -> JSONValue? {
        guard open.count < Self.maximumDepth else {
            throw .malformed("nested over \(Self.maximumDepth) levels deep")
        }
        open.append(Level(start: index, isObject: isObject))
        index += 1
        skipSpace()
        if take(isObject ? "}" : "]") { return open.removeLast().value }
        if isObject { try name() }
        return nil
    }

    /// Leaves the innermost object or array and returns it, or advances to its next part and returns nil.
    private mutating func end() throws(Fault) -> JSONValue? {
        let isObject = open[open.count - 1].isObject
        skipSpace()
        if take(isObject ? "}" : "]") { return open.removeLast().value }
        guard take(",") else { throw .unexpected(wanted: isObject ? "`,` or `}`" : "`,` or `]`") }
        open[open.count - 1].isSurelyJSON = true
        if isObject { try name() }
        return nil
    }

    private mutating func name() throws(Fault) {
        skipSpace()
        guard peek == UInt8(ascii: "\"") else { throw .unexpected(wanted: "a name in double quotes") }
        open[open.count - 1].name = try string()
        skipSpace()
        guard take(":") else { throw .unexpected(wanted: "`:` after a name") }
        open[open.count - 1].isSurelyJSON = true
    }

    private mutating func literal(_ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
        let matches = word.withUTF8Buffer { bytes[index...].starts(with: $0) }
        guard matches else { throw .unexpected(wanted: "a value") }
        index += word.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws(Fault) -> JSONValue {
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

    private mutating func digits() throws(Fault) {
        let start = index
        while let byte = peek, byte.isDigit { index += 1 }
        guard index > start else { throw .unexpected(wanted: "a digit") }
    }

    private mutating func string() throws(Fault) -> String {
        index += 1
        var decoded: [UInt8] = []
        var start = index
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                // Most strings have no escapes and are taken as one slice.
                if decoded.isEmpty { return try closed(bytes[start..<index], from: start) }
                decoded.append(contentsOf: bytes[start..<index])
                return try closed(decoded, from: start)
            case UInt8(ascii: "\\"):
                decoded.append(contentsOf: bytes[start..<index])
                index += 1
                let scalar = try escape()
                decoded.append(contentsOf: Array(String(Character(scalar)).utf8))
                start = index
            case 0..<0x20:
                throw .malformed("a control character inside a string; write it as an escape")
            default:
                index += 1
            }
        }
        throw .malformed("a string without its closing quote")
    }

    /// The string of these bytes; the index moves past its closing quote.
    private mutating func closed(_ bytes: some Collection<UInt8>, from start: Int) throws(Fault) -> String {
        guard let text = isLenient ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
        else {
            index = start
            throw .malformed("a string that is not valid UTF-8")
        }
        index += 1
        return text
    }

    private mutating func escape() throws(Fault) -> Unicode.Scalar {
        guard let byte = peek else { throw .malformed("a string without its closing quote") }
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
            throw .malformed("an unknown escape in a string")
        }
    }

    private mutating func unicodeEscape() throws(Fault) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        let end = index
        if first < 0xDC00, take("\\"), take("u") {
            let second = try fourHexDigits()
            if (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
            {
                return scalar
            }
        }
        guard isLenient else { throw .malformed("half a surrogate pair in a string") }
        // What follows the half is read separately.
        index = end
        return "\u{FFFD}"
    }

    private mutating func fourHexDigits() throws(Fault) -> UInt32 {
        guard index + 4 <= bytes.count,
            bytes[index..<index + 4].allSatisfy(\.isHexadecimalDigit),
            let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
        else { throw .malformed("an escape without its four hexadecimal digits") }
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

    private func message(_ fault: Fault) -> String {
        switch fault {
        case .malformed(let message): return message
        case .unexpected(let wanted):
            guard let byte = peek else { return "it ends where \(wanted) is expected" }
            let found = (0x21...0x7E).contains(byte) ? "`\(Character(Unicode.Scalar(byte)))`" : "byte \(byte)"
            return "\(found) where \(wanted) is expected"
        }
    }
}
