import NllmCore

/// Texts in Markdown files.
enum Markdown {
    /// The most bytes of a section: of a job's summary on GitHub, all is dropped above 1,024 kB.
    private static let most = 900_000

    /// The text on one line, without effect on tables and without HTML.
    static func text(_ text: String) -> String {
        text.oneLine.replacing("|", with: "\\|").replacing("<", with: "&lt;")
    }

    /// The lines with an empty one behind them, as far as there is room.
    static func section(_ lines: [String]) -> String {
        var text = ""
        for line in lines {
            guard text.utf8.count + line.utf8.count < most else { return text + "\n(cut off here)\n\n" }
            text += line + "\n"
        }
        return text + "\n"
    }
}
