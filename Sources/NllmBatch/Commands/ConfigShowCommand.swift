import ArgumentParser
import NllmCore

struct ConfigShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print the configuration, each value with its source.")

    @OptionGroup var common: CommonOptions

    @Flag(help: "Print a JSON object with value and source for each key.")
    var json = false

    func run() throws {
        let configuration = try common.configuration(trust: .noted)
        for problem in configuration.untrusted { Console.error("not trusted: \(problem)") }
        if json { Console.out(configuration.json) } else { Console.out(configuration.yaml) }
    }
}
