extension String {
    /// The text, cut off with an ellipsis behind so many characters (Unicode scalars) if it is longer.
    func shortened(to length: Int) -> String {
        let start = unicodeScalars.prefix(length)
        return start.endIndex < endIndex ? String(start) + "…" : self
    }
}
