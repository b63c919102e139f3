/// Texts within Markdown as GitHub reads it.
package enum MarkdownText {
    /// The text within a line or a cell of a table, with nothing in it that has a meaning.
    package static func escape(_ text: String) -> String {
        let scalars = Array(text.oneLine.unicodeScalars.drop { $0 == " " })
        let marker = listMarker(scalars)
        var escaped = ""
        for (index, scalar) in scalars.enumerated() {
            switch scalar {
            // A backslash does not help in cells of tables, and some readers take the inside of tags for HTML.
            case "|", "<", ">", "&": escaped += "&#\(scalar.value);"
            case "\\", "`", "*", "_", "[", "]", "~", "$", "!", "#", "@": escaped += "\\\(scalar)"
            case _ where index == marker: escaped += "\\\(scalar)"
            // Addresses would become links.
            case ":" where escaped.hasSuffix("http") || escaped.hasSuffix("https"): escaped += "&#58;"
            case "." where escaped.lowercased().hasSuffix("www"): escaped += "&#46;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// The position of what makes a line an element of a list or a rule: `-`, `+`, or what follows a number.
    private static func listMarker(_ line: [Unicode.Scalar]) -> Int? {
        guard line.first != "-", line.first != "+" else { return 0 }
        let digits = line.prefix { ("0"..."9").contains($0) }.count
        guard digits > 0, digits < line.count, line[digits] == "." || line[digits] == ")" else { return nil }
        return digits + 1 == line.count || line[digits + 1] == " " ? digits : nil
    }

    /// The text as a block of code, which begins and ends with more backquotes than the text has in a row.
    static func block(_ text: String) -> String {
        var (longest, current) = (0, 0)
        for byte in text.utf8 {
            current = byte == UInt8(ascii: "`") ? current + 1 : 0
            longest = max(longest, current)
        }
        let fence = String(repeating: "`", count: max(3, longest + 1))
        return "\(fence)text\n\(text.printableLines)\n\(fence)"
    }

    /// A row of a table.
    static func row(_ cells: [String]) -> String { "| " + cells.map(escape).joined(separator: " | ") + " |" }
}
