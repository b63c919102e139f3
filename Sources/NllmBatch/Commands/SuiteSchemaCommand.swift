import ArgumentParser
import NllmCore

struct SuiteSchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of suites.",
        discussion: """
            Editors complete the keys of a suite and mark mistakes if its first line is \
            `# yaml-language-server: $schema=PATH` with the path or address of the schema.
            """)

    func run() { Console.out(SuiteSchema.text) }
}
