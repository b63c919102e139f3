/// Writes rows with delimiters as RFC 4180 describes them.
///
/// A spreadsheet takes a text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula; it gets an
/// apostrophe in front, so that it stays a text, unless it is a number. NUL, at which many readers stop, becomes U+FFFD.
struct DelimitedWriter {
    private static let quote = UInt8(ascii: "\"")

    var delimiter = UInt8(ascii: ",")

    /// A row with its line break.
    func row(_ cells: [JSONValue]) -> [UInt8] { Array(columns(cells).dropFirst()) + [0x0D, 0x0A] }

    /// Cells, each after a delimiter: a text as it is, an object or array as JSON, and nothing for null.
    func columns(_ cells: [JSONValue]) -> [UInt8] {
        var bytes: [UInt8] = []
        for cell in cells {
            bytes.append(delimiter)
            switch cell {
            case .null: break
            case .string(let text): append(Self.isFormula(text) ? "'" + text : text, to: &bytes)
            case .bool, .number: bytes += cell.description.utf8
            case .array, .object: append(cell.description, to: &bytes)
            }
        }
        return bytes
    }

    /// Appends a text, in quotes if it needs them.
    private func append(_ text: String, to bytes: inout [UInt8]) {
        var text = text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text
        text.withUTF8 { characters in
            guard characters.contains(where: needsQuotes) else {
                bytes.append(contentsOf: characters)
                return
            }
            bytes.append(Self.quote)
            // A quote ends each piece but the last, and stands twice.
            var rest = characters[...]
            while let end = rest.firstIndex(of: Self.quote) {
                bytes.append(contentsOf: rest[...end])
                bytes.append(Self.quote)
                rest = rest[(end + 1)...]
            }
            bytes.append(contentsOf: rest)
            bytes.append(Self.quote)
        }
    }

    private func needsQuotes(_ byte: UInt8) -> Bool {
        byte == delimiter || byte == Self.quote || byte == 0x0A || byte == 0x0D
    }

    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.utf8.first, "=+-@\t\r".utf8.contains(first) else { return false }
        return (try? JSONParser.parse(first == UInt8(ascii: "+") ? String(text.dropFirst()) : text))?.doubleValue == nil
    }
}
