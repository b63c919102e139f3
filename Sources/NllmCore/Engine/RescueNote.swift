/// What a worker leaves behind that could not be recorded.
public struct RescueNote: Sendable, CustomStringConvertible {
    /// How many answers are kept.
    public let answers: Int
    /// The files that hold them.
    public let files: [String]
    /// How many could not be kept.
    public let lost: Int

    /// In words that follow what was wrong.
    public var description: String {
        var parts: [String] = []
        if answers > 0 {
            parts.append(
                "\(answers) answer\(answers == 1 ? "" : "s") that could not be recorded \(answers == 1 ? "is" : "are") "
                    + "kept in \(files.joined(separator: " and ")); the next worker records them without a request")
        }
        if lost > 0 { parts.append("\(lost) could not be kept anywhere, because no disk has room") }
        return parts.joined(separator: "; ")
    }
}

extension NllmError {
    /// The same error with what is kept.
    func adding(_ note: RescueNote?) -> NllmError {
        note.map { .inputOutput(what: description, reason: String(describing: $0)) } ?? self
    }
}
