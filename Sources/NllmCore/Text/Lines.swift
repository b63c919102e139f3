/// Lines of a text, however it ends them; empty ones do not count.
extension String {
    var firstLine: String? { split(whereSeparator: \.isNewline).first.map(String.init) }
    var lastLine: String? { split(whereSeparator: \.isNewline).last.map(String.init) }
}
