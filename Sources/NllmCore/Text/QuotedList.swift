extension Sequence<String> {
    /// The texts in backquotes, with commas between them.
    var quotedList: String { map { "`\($0)`" }.joined(separator: ", ") }
}
