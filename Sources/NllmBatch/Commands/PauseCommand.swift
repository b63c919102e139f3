import ArgumentParser
import NllmCore

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Stop starting new cells in a run; cells in flight finish.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    func run() async throws {
        let (run, changed) = try await RunEditor(store: common.open()).pause(run)
        common.say("run \(run.name) \(changed ? "is" : "was already") paused")
    }
}
