import ArgumentParser

struct SuiteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suite",
        abstract: "Check a suite, print the schema of suites.",
        subcommands: [SuiteCheckCommand.self, SuiteSchemaCommand.self])
}
