/// Texts within reasons, on one line and of bounded length.
enum Excerpt {
    private static let length = 80

    /// The text in backquotes, or "nothing"; cut off at its end where it is long.
    static func of(_ text: String) -> String {
        guard !text.isEmpty else { return "nothing" }
        let start = text.unicodeScalars.prefix(length)
        return "`" + String(start).oneLine + (start.endIndex < text.endIndex ? "…`" : "`")
    }

    /// The end of a text in backquotes, or "nothing"; cut off at its start where it is long.
    static func end(of text: String) -> String {
        guard !text.isEmpty else { return "nothing" }
        let end = text.unicodeScalars.suffix(length)
        return (end.startIndex > text.startIndex ? "`…" : "`") + String(end).oneLine + "`"
    }
}
