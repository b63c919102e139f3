/// Writes JSON as UTF-8 bytes, in the order of members: the same value gives the same bytes.
///
/// Output of this program has no characters on which a terminal acts or that line readers may take for a line end,
/// although JSON would allow them in strings. What is stored, hashed and compared is always written in the same form.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private let indent: Int?
    private let isStored: Bool

    /// `indent` is the number of spaces per level, or nil for everything on one line.
    private init(indent: Int?, isStored: Bool = false) {
        self.indent = indent
        self.isStored = isStored
        // Sufficient for a usual result; growing would copy it repeatedly.
        bytes.reserveCapacity(2048)
    }

    /// The value on one line, without a line break at its end.
    static func line(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter(indent: nil)
        writer.write(value, level: 0)
        return writer.bytes
    }

    /// The value on one line, as stored and hashed; it never changes.
    static func stored(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter(indent: nil, isStored: true)
        writer.write(value, level: 0)
        return writer.bytes
    }

    /// The same as text.
    static func text(_ value: JSONValue) -> String { String(decoding: stored(value), as: UTF8.self) }

    /// The value over several lines, with a line break at its end.
    static func document(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter(indent: 2)
        writer.write(value, level: 0)
        writer.bytes.append(UInt8(ascii: "\n"))
        return writer.bytes
    }

    private mutating func write(_ value: JSONValue, level: Int) {
        switch value {
        case .null: append("null")
        case .bool(let flag): append(flag ? "true" : "false")
        case .number(let text): append(text)
        case .string(let text): write(text)
        case .array(let elements):
            write("[", elements, "]", level: level) { writer, element in writer.write(element, level: level + 1) }
        case .object(let members):
            write("{", members, "}", level: level) { writer, member in
                writer.write(member.name)
                writer.bytes.append(UInt8(ascii: ":"))
                if writer.indent != nil { writer.bytes.append(UInt8(ascii: " ")) }
                writer.write(member.value, level: level + 1)
            }
        }
    }

    private mutating func write<Element>(
        _ open: Unicode.Scalar, _ elements: [Element], _ close: Unicode.Scalar, level: Int,
        each: (inout JSONWriter, Element) -> Void
    ) {
        append(open)
        for (position, element) in elements.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            breakLine(level: level + 1)
            each(&self, element)
        }
        if !elements.isEmpty { breakLine(level: level) }
        append(close)
    }

    private mutating func breakLine(level: Int) {
        guard let indent else { return }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * level))
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { characters in
            // Growing by doubling would take twice a large text's memory.
            if characters.count > 1 << 16 {
                bytes.reserveCapacity(bytes.count + characters.count + characters.count / 8)
            }
            var start = 0
            var index = 0
            while index < characters.count {
                guard Self.isSpecial(characters[index]), let (escape, length) = escape(characters[index...]) else {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: characters[start..<index]))
                append(escape)
                index += length
                start = index
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: characters[start...]))
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Whether a byte must be escaped in a string, or begins something that must: control characters, quote and
    /// backslash; U+007F, which JSON allows but terminals act on; the first bytes of C1 controls, U+2028 and U+2029.
    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F || byte == 0xC2 || byte == 0xE2
    }

    /// The escape of a text's first character, and the number of bytes it replaces; nil if it needs no escape.
    private func escape(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> (escape: String, length: Int)? {
        guard let first = text.first else { return nil }
        if first < 0x80 { return (Self.escape(first), 1) }
        guard !isStored else { return nil }
        let (second, third) = (text.dropFirst().first ?? 0, text.dropFirst(2).first ?? 0)
        switch (first, second, third) {
        case (0xC2, 0x80...0x9F, _): return ("\\u00" + String(second, radix: 16), 2)
        case (0xE2, 0x80, 0xA8): return ("\\u2028", 3)
        case (0xE2, 0x80, 0xA9): return ("\\u2029", 3)
        default: return nil
        }
    }

    private static func escape(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\""): return "\\\""
        case UInt8(ascii: "\\"): return "\\\\"
        case UInt8(ascii: "\n"): return "\\n"
        case UInt8(ascii: "\r"): return "\\r"
        case UInt8(ascii: "\t"): return "\\t"
        default: return "\\u" + byte.digits(4, radix: 16)
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func append(_ character: Unicode.Scalar) { bytes.append(UInt8(ascii: character)) }
}
