import ArgumentParser
import NllmCore

/// The command line, divided at the `--` behind which everything is for `llm`.
///
/// The argument parser knows one array of words only, and that is the sources.
struct PassedArguments {
    /// What is for this program.
    let own: [String]
    /// What is for `llm`; nil without a `--`.
    let passed: [String]?

    /// This process's command line.
    static let current = PassedArguments(Array(CommandLine.arguments.dropFirst()))

    /// For commands that pass nothing on, a `--` stays what it is for every program.
    init(_ arguments: [String]) {
        let passing = [EnqueueCommand.configuration.commandName, RunCommand.configuration.commandName]
        let terminator = arguments.firstIndex(of: "--") ?? arguments.endIndex
        guard passing.contains(arguments.first), terminator < arguments.endIndex else {
            (own, passed) = (arguments, nil)
            return
        }
        own = Array(arguments[..<terminator])
        passed = Array(arguments[(terminator + 1)...])
    }
}
