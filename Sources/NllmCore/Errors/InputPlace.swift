/// Where something stands in the input.
struct InputPlace: Sendable, Equatable, CustomStringConvertible {
    /// The file as the user named it, or below the directory that was named.
    var file: String
    /// The line from 1; nil when the whole file is meant.
    var line: Int?

    /// `file:line`, or the file alone.
    var description: String { line.map { "\(file):\($0)" } ?? file }

    /// The same file at another line; this place when there is none.
    func at(line: Int?) -> InputPlace { InputPlace(file: file, line: line ?? self.line) }
}
