import ArgumentParser
import NllmCore

struct SuiteCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a suite and the files that it names; nothing is asked or written.",
        discussion: "Each mistake is printed with its file and line.")

    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp("The suite, YAML or JSON.", valueName: "file"))
    var path: String

    @Flag(help: "Allow the suite to start programs (`finally`, `command`).")
    var allowCommands = false

    @Flag(help: "Do not ask llm whether it knows the models.")
    var noCheck = false

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() async throws {
        let configuration = try common.configuration()
        var request = try await EnqueueRequest(
            suite: path, trustsFiles: common.trustConfig, allowsCommands: allowCommands,
            checksModels: !noCheck && configuration.checksModels, configuration: configuration)
        if noCheck { request.checksModels = false }
        let outline = try await Enqueuer(databasePath: request.configuration.database, note: common.say)
            .outline(request)
        if json { Console.out(outline.json) } else { Console.out(outline.sentence(path: path)) }
    }
}

extension SuiteOutline {
    fileprivate func sentence(path: String) -> String {
        let counts = [
            Format.count(prompts, "prompt"), Format.count(models.count, "model"), Format.count(cells, "cell"),
        ]
        return "\(path): \(counts.joined(separator: ", "))"
            + (gates.isEmpty ? "; no gate" : "; gates: \(gates.joined(separator: ", "))")
    }
}
