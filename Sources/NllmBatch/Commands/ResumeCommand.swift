import ArgumentParser
import NllmCore

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let a paused run go on.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name.")
    var run: String

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        let changed = try await store.setPaused(false, run)
        common.say("run \(run.name) \(changed ? "goes on" : "was not paused")")
    }
}
