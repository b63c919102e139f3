import ArgumentParser
import NllmCore

/// What answers are checked against.
struct EvaluationOptions: ParsableArguments {
    @Option(
        name: .customLong("assert"),
        help: ArgumentHelp(
            "Check every answer, as in contains:Paris, not-regex:'\\d' or is-json; repeatable.", valueName: "type:value"
        ))
    var assertions: [String] = []

    @Flag(help: ArgumentHelp("Allow a suite to start programs (`finally`, `command`).", visibility: .hidden))
    var allowCommands = false
}
