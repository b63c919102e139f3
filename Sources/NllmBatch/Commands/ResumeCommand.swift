import ArgumentParser
import NllmCore

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Resume a paused or blocked run and its paused models.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    func run() async throws {
        let (run, wasHeldBack, models) = try await RunEditor(store: common.open()).resume(run)
        common.say("run \(run.name) \(wasHeldBack || !models.isEmpty ? "resumed" : "was not paused")")
        for model in models { common.say("model \(model) resumed") }
        if !models.isEmpty { common.say("continue with: nllm-batch work \(run.name)\(common.hint)") }
    }
}
