/// Short texts side by side on lines of a terminal.
enum PackedLines {
    /// All texts on as many lines as it takes; one that is longer than a line is cut.
    ///
    /// - Parameters:
    ///   - texts: what is packed.
    ///   - separator: what stands between two of them, and at the end of each line but the last.
    ///   - first: what the first line begins with.
    ///   - indent: what each further line begins with.
    ///   - columns: the width of a line.
    /// - Returns: lines, with the number of texts in each.
    static func items(
        _ texts: [String], separator: String, first: String, indent: String, columns: Int
    ) -> [ReportSection.Item] {
        var items: [ReportSection.Item] = []
        var left = 0
        let room = columns - max(Table.width(first), Table.width(indent)) - Table.width(separator)
        for text in texts {
            let text = Table.shorten(text.oneLine, to: room)
            let width = Table.width(text) + Table.width(separator)
            if let last = items.indices.last, width <= left {
                items[last].lines[0] += text
                items[last].count += 1
            } else {
                let start = items.isEmpty ? first : indent
                items.append(ReportSection.Item(lines: [start + text]))
                left = columns - Table.width(start)
            }
            items[items.count - 1].lines[0] += separator
            left -= width
        }
        if let last = items.indices.last { items[last].lines[0].removeLast(separator.count) }
        for index in items.indices {
            while items[index].lines[0].last == " " { items[index].lines[0].removeLast() }
        }
        return items
    }

    /// As many texts as there is room for on one line, and how many more there are.
    static func line(_ title: String, _ texts: [String], columns: Int) -> String {
        var line = title
        let whole = texts.prefix(columns).map(\.oneLine).joined(separator: ", ")
        if texts.count < columns, Table.width(title + whole) <= columns { return title + whole }
        var left = columns - Table.width(title) - Table.width(rest(texts.count))
        var shown = 0
        for text in texts {
            let text = shown == 0 ? Table.shorten(text.oneLine, to: left) : ", " + text.oneLine
            left -= Table.width(text)
            guard left >= 0 else { break }
            line += text
            shown += 1
        }
        return line + rest(texts.count - shown)
    }

    private static func rest(_ count: Int) -> String { count > 0 ? " and \(count) more" : "" }
}
