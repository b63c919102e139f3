import ArgumentParser
import NllmCore

struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copy a run with its whole history into another database; print that database's path.",
        discussion: """
            The other database is created if it is not there. It gets the run as a whole or not at all, as its newest \
            run; a second copy of the same state does nothing. The run stays in its own database, and both write the same folder.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Option(help: ArgumentHelp("The database that gets the run.", valueName: "path"))
    var into: String

    func validate() throws {
        if into.isEmpty { throw ValidationError("`--into` is empty; name a file") }
    }

    func run() async throws {
        let configuration = try common.configuration()
        let store = try common.open(configuration)
        let run = try await store.run(run)
        try run.checkAnswers()
        let target = try Store(path: into, .creating, isPrivate: configuration.isPrivate)
        switch try await target.copy(run, from: store) {
        case .copied(let cells): common.say("run \(run.name) with \(Format.count(cells, "cell")) copied")
        case .known: common.say("run \(run.name) is there already; nothing was done")
        }
        Console.out(target.path)
    }
}
