import ArgumentParser
import NllmCore

struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Put ended cells back to pending, with all their retries.",
        discussion: "Without a selection, cells that failed, timed out or were cancelled are put back.")

    @OptionGroup var common: CommonOptions
    @OptionGroup var cells: SelectionOptions

    @Argument(help: "The run's name.")
    var run: String

    @Flag(help: "Put back cells with a good answer, too.")
    var all = false

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        var selection = cells.selection
        if selection.statuses.isEmpty, !all, selection.failures.isEmpty {
            selection.statuses = [.error, .timeout, .cancelled]
        }
        let count = try await store.retry(run, selection)
        if count > 0 { try await Exporter(store: store).refresh(run) }
        common.say("\(Format.count(count, "cell")) put back to pending")
        if count > 0 { common.say("execute with: nllm-batch work \(run.name)\(common.hint)") }
    }
}

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Cancel cells that are pending or running.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name.")
    var run: String

    @Option(
        name: [.customLong("prompt"), .short],
        help: ArgumentHelp("Only cells of this prompt; repeatable.", valueName: "id"))
    var prompts: [String] = []

    @Option(
        name: [.customLong("model"), .short],
        help: ArgumentHelp("Only cells of this model; repeatable.", valueName: "model"))
    var models: [String] = []

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        var selection = CellSelection()
        selection.prompts = prompts
        selection.models = models
        let count = try await store.cancel(run, selection)
        if count > 0, try await store.run(run.name).finishedAt != nil { try await Exporter(store: store).refresh(run) }
        common.say("\(Format.count(count, "cell")) cancelled")
    }
}

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let no more cells of a run be started; those in flight end.")

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name.")
    var run: String

    func run() async throws {
        let store = try common.open()
        let run = try await store.run(run)
        let changed = try await store.setPaused(true, run)
        common.say("run \(run.name) \(changed ? "is" : "was already") paused")
    }
}

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
