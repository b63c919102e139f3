import NllmCore

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A line that reports something, and in it, if a provider has said why, its message.
///
/// Where there is little room, only the message is shortened: what stands around it names models, times and commands.
struct ReportLine {
    private static let indent = "    "
    /// Stands for a space at which no line is broken.
    private static let noBreakSpace = "\u{A0}"
    /// The columns of a message that are kept however little room there is.
    private static let leastMessage = 40

    private let before: String
    private let message: String
    private let after: String

    init(_ before: String, message: String = "", after: String = "") {
        (self.before, self.message, self.after) = (before.oneLine, message.oneLine, after.oneLine)
    }

    /// The whole text, in one line.
    var text: String { before + message + after }

    /// The texts for standard output: in one line each, or on a terminal in at most so many that fit it.
    static func fitted(_ lines: [ReportLine], most: Int = .max) -> [String] {
        guard let columns = Terminal(STDOUT_FILENO)?.columns else { return lines.map(\.text) }
        return lines.flatMap { $0.lines(columns: columns, most: most) }
    }

    /// The text in lines of so many columns, all but the first indented; the message is shortened if they are too many.
    func lines(columns: Int, most: Int) -> [String] {
        var lines = Self.wrap(text, to: columns)
        guard lines.count > most else { return lines }
        var width = min(Table.width(message), most * columns)
        while lines.count > most, width > Self.leastMessage {
            width -= 1
            lines = Self.wrap(before + Table.shorten(message, to: width) + after, to: columns)
        }
        return lines
    }

    /// Breaks a text into lines, at a space if possible, and not in a command that fits in a line, so that it can be
    /// copied.
    private static func wrap(_ text: String, to columns: Int) -> [String] {
        // Nothing can be broken in less.
        guard columns > 2 * indent.count else { return [text] }
        var lines: [String] = []
        var rest = text.replacing(#/nllm-batch [^;]*/#) { match in
            let command = String(match.output)
            let fits = Table.width(command) <= columns - indent.count
            return fits ? command.replacing(" ", with: noBreakSpace) : command
        }
        while Table.width(rest) > columns {
            let fitting = rest.prefix(Table.cut(rest, to: columns).count)
            let end = fitting.drop { $0 == " " }.lastIndex(of: " ") ?? fitting.endIndex
            lines.append(String(rest[..<end]))
            rest = indent + rest[end...].drop { $0 == " " }
        }
        return (lines + [rest]).map { $0.replacing(noBreakSpace, with: " ") }
    }
}
