import NllmCore

/// Colors by their numbers in terminals.
enum Color: Int {
    case red = 31
    case green, yellow, blue, magenta, cyan
    case brightGreen = 92
    case brightYellow, brightBlue, brightMagenta, brightCyan

    /// Those that distinguish models; red is for errors.
    static let ofModels: [Color] = [
        .cyan, .magenta, .yellow, .blue, .green, .brightCyan, .brightMagenta, .brightYellow, .brightBlue, .brightGreen,
    ]
}

/// A line of text with colored parts.
struct StyledText {
    private var parts: [(text: String, color: Color?)] = []

    init(_ text: String = "", _ color: Color? = nil) {
        append(text, color)
    }

    /// Adds a text, with its control characters replaced.
    mutating func append(_ text: String, _ color: Color? = nil) {
        if !text.isEmpty { parts.append((text.printable, color)) }
    }

    /// Adds another text with its colors.
    mutating func append(_ other: StyledText) { parts += other.parts }

    /// Its width in terminal columns.
    var width: Int { parts.map { Table.width($0.text) }.reduce(0, +) }

    /// The text to write, with or without colors.
    func text(colored: Bool) -> String {
        parts.map { part in
            guard colored, let color = part.color else { return part.text }
            return "\u{1B}[\(color.rawValue)m\(part.text)\u{1B}[0m"
        }
        .joined()
    }

    /// The line in at most this number of terminal columns; a cut line ends with an ellipsis.
    func shortened(to columns: Int) -> StyledText {
        guard width > columns else { return self }
        var (cut, left) = (StyledText(), columns - 1)
        for part in parts {
            let text = Table.cut(part.text, to: left)
            cut.append(text, part.color)
            guard text == part.text else { break }
            left -= Table.width(text)
        }
        cut.append("…")
        return cut
    }
}
