/// Where something stands in the input.
struct InputPlace: Sendable, Equatable, CustomStringConvertible {
    /// The file as the user named it, or below the directory that was named.
    var file: String
    /// The line from 1; nil when the whole file is meant.
    var line: Int?
    /// The number of an element of an array, from 1; nil unless others stand before it on the line.
    var element: Int?

    /// `file:line`, or the file alone; with the element, if there is one.
    var description: String {
        (line.map { "\(file):\($0)" } ?? file) + (element.map { ": element \($0)" } ?? "")
    }

    /// The same file at another line; this place when there is none.
    func at(line: Int?) -> InputPlace { line.map { InputPlace(file: file, line: $0) } ?? self }
}
