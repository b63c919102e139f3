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
        let caching = passing + [WorkCommand.configuration.commandName]
        let terminator = arguments.firstIndex(of: "--") ?? arguments.endIndex
        var options = Array(arguments[..<terminator])
        if caching.contains(arguments.first) { Self.completeCache(in: &options) }
        guard passing.contains(arguments.first), terminator < arguments.endIndex else {
            (own, passed) = (options + arguments[terminator...], nil)
            return
        }
        own = options
        passed = Array(arguments[(terminator + 1)...])
    }

    /// Gives `--cache` the value that it may be without, so that the word behind it is taken for a source or a run.
    private static func completeCache(in options: inout [String]) {
        for index in options.indices where options[index] == "--cache" {
            let next = options.dropFirst(index + 1).first
            if next.flatMap(DurationText.age) == nil { options[index] += "=" + DurationText.any }
        }
    }
}
