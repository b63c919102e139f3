/// A problem in the input, and its place.
public struct InputProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file as the user named it, or its path in the directory that the user named.
    public var file: String
    /// The line, from 1; nil if the whole file is meant.
    public var line: Int?
    /// What is wrong, starting in lower case.
    public var message: String
    /// How often the same is wrong; the place is the first one.
    public var count = 1

    /// `file:line: what is wrong`, on one line and without secrets, whatever the names of the file and its fields.
    public var description: String {
        let times = count > 1 ? " (\(count) times)" : ""
        return Redaction.redactKeys(in: "\(InputPlace(file: file, line: line)): \(message)\(times)").oneLine
    }
}

extension InputProblem {
    init(_ place: InputPlace, _ message: String) {
        let element = place.element.map { "element \($0): " } ?? ""
        self.init(file: place.file, line: place.line, message: element + message)
    }
}

/// Collects problems: the first one of each kind, and how many there are of it.
struct InputProblems {
    /// The number of kinds that are shown.
    static let shown = 20

    /// Whether only the first problem of a kind is kept.
    private let isGrouped: Bool
    private(set) var first: [InputProblem] = []
    /// Positions among the first ones, by kind.
    private var kinds: [String: Int] = [:]
    private var unshown = 0
    /// The number of problems.
    private(set) var count = 0

    /// - Parameter isGrouped: whether only the first problem of a kind is kept; false keeps all.
    init(isGrouped: Bool = true) { self.isGrouped = isGrouped }

    var isEmpty: Bool { first.isEmpty }

    /// The first ones, and the number of problems of other kinds, together.
    var listed: Int { first.count + unshown }

    /// Problems are of one kind if their messages differ in names and numbers only.
    mutating func add(_ problem: InputProblem) {
        count += problem.count
        let kind = Self.kind(problem.message)
        if isGrouped, let position = kinds[kind] {
            first[position].count += problem.count
        } else if first.count < Self.shown {
            kinds[kind] = first.count
            first.append(problem)
        } else {
            unshown += problem.count
        }
    }

    /// Throws the collected problems, if there are any.
    func check() throws(NllmError) {
        guard !isEmpty else { return }
        throw .badInput(problems: first, count: listed)
    }

    /// The message without names, which stand in backquotes, and digits.
    private static func kind(_ message: String) -> String {
        var kind = ""
        for (index, part) in message.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            kind += index.isMultiple(of: 2) ? part.filter { !$0.isNumber } : "`"
        }
        return kind
    }
}
