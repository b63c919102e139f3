import ArgumentParser

struct SuiteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suite",
        abstract: "Check a suite, print the schema of suites, accept a night.",
        subcommands: [SuiteCheckCommand.self, SuiteSchemaCommand.self, SuiteAcceptCommand.self])
}
