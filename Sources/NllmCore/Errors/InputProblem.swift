/// Something wrong in the input, and where.
public struct InputProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file as the user named it, or below the directory that was named.
    public var file: String
    /// The line from 1; nil when the whole file is meant.
    public var line: Int?
    /// What is wrong, in lower case.
    public var message: String

    /// `file:line: what is wrong`, on one line and without keys, whatever the file and its fields are called.
    public var description: String {
        Redaction.redactKeys(in: "\(InputPlace(file: file, line: line)): \(message)").oneLine
    }
}

extension InputProblem {
    init(_ place: InputPlace, _ message: String) { self.init(file: place.file, line: place.line, message: message) }
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

    /// Throws what was collected, if anything was.
    func check() throws(NllmError) {
        guard !isEmpty else { return }
        throw .badInput(problems: first, count: count)
    }
}
