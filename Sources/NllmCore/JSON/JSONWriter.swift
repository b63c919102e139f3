/// Writes JSON as UTF-8 bytes, members in their order: the same value gives the same bytes.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private let indent: Int?

    /// `indent` is the number of spaces a level, or nil for everything on one line.
    private init(indent: Int?) {
        self.indent = indent
    }

    /// The value on one line, without a line break at its end.
    static func line(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter(indent: nil)
        writer.write(value, level: 0)
        return writer.bytes
    }

    /// The value as text on one line.
    static func text(_ value: JSONValue) -> String { String(decoding: line(value), as: UTF8.self) }

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
                writer.append(writer.indent == nil ? ":" : ": ")
                writer.write(member.value, level: level + 1)
            }
        }
    }

    private mutating func write<Element>(
        _ open: String, _ elements: [Element], _ close: String, level: Int,
        each: (inout JSONWriter, Element) -> Void
    ) {
        append(open)
        for (position, element) in elements.enumerated() {
            if position > 0 { append(",") }
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
        text.withUTF8 { utf8 in
            var start = 0
            for (index, byte) in utf8.enumerated() {
                // U+007F needs no escape in JSON, but terminals act on it.
                guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F
                else { continue }
                bytes.append(contentsOf: utf8[start..<index])
                append(Self.escape(byte))
                start = index + 1
            }
            bytes.append(contentsOf: utf8[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func escape(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "\""): return "\\\""
        case UInt8(ascii: "\\"): return "\\\\"
        case UInt8(ascii: "\n"): return "\\n"
        case UInt8(ascii: "\r"): return "\\r"
        case UInt8(ascii: "\t"): return "\\t"
        default:
            let digits = String(byte, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
