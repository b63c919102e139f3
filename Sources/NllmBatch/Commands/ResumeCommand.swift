import ArgumentParser
import NllmCore

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let a paused run go on, and its paused models.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name.")
    var run: String

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        let (wasPaused, models) = try await store.resume(run)
        if !models.isEmpty { try await Exporter(store: store).refresh(run) }
        common.say("run \(run.name) \(wasPaused || !models.isEmpty ? "goes on" : "was not paused")")
        for model in models { common.say("model \(model) goes on") }
        if !models.isEmpty { common.say("execute with: nllm-batch work \(run.name)\(common.hint)") }
    }
}
