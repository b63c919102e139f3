internal import Subprocess
internal import SystemPackage

/// An error with a description for people.
protocol PlainError: Error {
    /// What went wrong.
    var plainText: String { get }
}

/// Descriptions of any error for people.
enum ErrorText {
    /// What went wrong, on one line, without names of types or statements that mean nothing to a user.
    static func reason(_ error: any Error) -> String {
        let text =
            switch error {
            case let error as NllmError: error.description
            case let error as any PlainError: error.plainText
            case let error as Errno: String(describing: error)
            case let error as SubprocessError: error.description
            case is CancellationError: "it was stopped"
            default: "an unexpected failure"
            }
        return text.firstLine ?? "unknown reason"
    }
}
