#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

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

    /// The bytes that can't stand in a string: control characters, quote and backslash; and U+007F, which needs no
    /// escape in JSON, but terminals act on it.
    private static let special: [CChar] = Array(1..<0x20) + [0x22, 0x5C, 0x7F, 0]

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // The C library finds the next special byte many times faster than a loop would, in answers of many megabytes.
        text.utf8CString.withUnsafeBufferPointer { characters in
            guard let base = characters.baseAddress else { return }
            let end = characters.count - 1
            var index = 0
            while index < end {
                let length = strcspn(base + index, Self.special)
                bytes.append(contentsOf: UnsafeRawBufferPointer(start: base + index, count: length))
                index += length
                guard index < end else { break }
                append(Self.escape(UInt8(bitPattern: base[index])))
                index += 1
            }
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
