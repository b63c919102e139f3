/// Rows of texts under headings, each column as wide as its longest text; columns without a value are left out.
package struct Table {
    package enum Alignment {
        case left, right
    }

    /// The fewest columns to which the first column is cut where there is little room.
    private static let leastFirst = 12

    private let headings: [(String, Alignment)]
    private var rows: [[String]] = []

    package init(_ headings: (String, Alignment)...) {
        self.headings = headings
    }

    package mutating func add(_ row: [String]) { rows.append(row.map(\.oneLine)) }

    /// Whether so many columns are enough; nil means any number.
    package func fits(_ columns: Int?) -> Bool {
        guard let columns else { return true }
        return lines(columns: columns).allSatisfy { Self.width($0) <= columns }
    }

    /// Whether so many columns are enough for all texts as they are; nil means any number.
    package func fitsUncut(_ columns: Int?) -> Bool {
        guard let columns else { return true }
        return lines(columns: nil).allSatisfy { Self.width($0) <= columns }
    }

    /// The headings and the rows; the first column is cut as far as sensible if they are wider than `columns`.
    package func lines(columns: Int?) -> [String] {
        let all = [headings.map(\.0)] + rows
        let used = headings.indices.filter { column in column == 0 || rows.contains { Self.hasValue($0[column]) } }
        var widths = used.map { column in all.map { Self.width($0[column]) }.max() ?? 0 }
        let excess = widths.reduce(0, +) + 2 * (widths.count - 1) - (columns ?? .max)
        if excess > 0 { widths[0] = max(min(widths[0], Self.leastFirst), widths[0] - excess) }
        return all.map { row in
            zip(used, widths).map { column, width in
                let text = Self.fit(row[column], to: width)
                guard headings[column].1 == .right else { return text }
                let padding = width - Self.width(row[column])
                return String(repeating: " ", count: max(0, padding)) + row[column]
            }
            .joined(separator: "  ").trimmingTrailingSpaces
        }
    }

    private static func hasValue(_ text: String) -> Bool { text != "0" && text != "" }

    /// The rows as blocks of lines of heading and value, without empty values.
    package var blocks: [String] { rows.flatMap(block) }

    private func block(_ row: [String]) -> [String] {
        zip(headings, row).filter { Self.hasValue($0.1) }.enumerated().map { index, cell in
            (index > 0 ? "  " : "") + "\(cell.0.0): \(cell.1)"
        }
    }

    /// The width of a text in terminal columns: wide East Asian characters and emoji take two.
    package static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    package static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        if scalar.properties.isEmojiPresentation { return 2 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// The text, cut to a number of terminal columns.
    package static func cut(_ text: String, to columns: Int) -> String {
        var left = columns
        return String(
            text.prefix { character in
                left -= width(character)
                return left >= 0
            })
    }

    /// The text in at most this number of terminal columns; a cut text ends with an ellipsis.
    package static func shorten(_ text: String, to columns: Int) -> String {
        width(text) <= columns ? text : cut(text, to: columns - 1) + "…"
    }

    /// The text in exactly this number of terminal columns; a cut text ends with an ellipsis.
    package static func fit(_ text: String, to columns: Int) -> String {
        let fitting = shorten(text, to: columns)
        return fitting + String(repeating: " ", count: max(0, columns - width(fitting)))
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}
