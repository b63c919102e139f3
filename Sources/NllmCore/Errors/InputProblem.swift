/// A problem in the input, and its place.
public struct InputProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file as the user named it, or its path in the directory that the user named.
    public var file: String
    /// The line, from 1; nil if the whole file is meant.
    public var line: Int?
    /// What is wrong, starting in lower case.
    public var message: String

    /// `file:line: what is wrong`, on one line and without secrets, whatever the names of the file and its fields.
    public var description: String {
        Redaction.redactKeys(in: "\(InputPlace(file: file, line: line)): \(message)").oneLine
    }
}

extension InputProblem {
    init(_ place: InputPlace, _ message: String) {
        let element = place.element.map { "element \($0): " } ?? ""
        self.init(file: place.file, line: place.line, message: element + message)
    }
}

/// Collects problems up to the number that is shown, and counts the rest.
struct InputProblems {
    static let shown = 20

    private(set) var first: [InputProblem] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func add(_ problem: InputProblem) {
        count += 1
        if first.count < Self.shown { first.append(problem) }
    }

    /// Throws the collected problems, if there are any.
    func check() throws(NllmError) {
        guard !isEmpty else { return }
        throw .badInput(problems: first, count: count)
    }
}
