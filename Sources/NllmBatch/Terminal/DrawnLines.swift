/// Lines at the end of a terminal's output that are replaced by others.
struct DrawnLines {
    /// The widths of the lines that are on the terminal.
    private var widths: [Int] = []

    var isEmpty: Bool { widths.isEmpty }

    /// What to write so that these lines stand in place of the last ones.
    ///
    /// - Parameters:
    ///   - lines: the lines, none of them wider than the terminal.
    ///   - descriptor: the terminal's stream.
    /// - Returns: a text with sequences for a terminal.
    mutating func replace(with lines: [StyledText], on descriptor: Int32) -> String {
        let colored = Terminal.hasColors(descriptor)
        let text = eraser(on: descriptor) + lines.map { $0.text(colored: colored) + "\n" }.joined()
        widths = lines.map(\.width)
        return text
    }

    /// The sequence that removes the lines; on a terminal that has become narrower, they have wrapped.
    private func eraser(on descriptor: Int32) -> String {
        guard !widths.isEmpty else { return "" }
        let columns = Terminal(descriptor)?.columns ?? 80
        let rows = widths.map { max(1, ($0 + columns - 1) / columns) }.reduce(0, +)
        return "\r\u{1B}[\(rows)A\u{1B}[J"
    }
}
