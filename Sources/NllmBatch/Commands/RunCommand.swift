import ArgumentParser
import NllmCore

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Enqueue, work and export in one; print the run's folder.",
        discussion: """
            The same command after a crash goes on where it stopped: it takes up the newest unfinished run made in this \
            directory from the same sources, models and request settings.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var enqueue: EnqueueOptions
    @OptionGroup var worker: WorkerOptions

    @Flag(help: "Make a new run even if one like it is unfinished.")
    var new = false

    @Flag(help: "Print a JSON object in place of the folder.")
    var json = false

    func validate() throws {
        if new, enqueue.run != nil { throw ValidationError("`--new` and `--run` exclude each other") }
    }

    func run() async throws {
        // Nothing is enqueued that could not be executed.
        _ = try LLMProgram.find()
        let target: EnqueueRequest.Target = enqueue.run.map { .named($0) } ?? (new ? .new : .unfinished)
        let quiet = common.quiet
        let enqueuer = Enqueuer(databasePath: try common.path()) { text in if !quiet { Console.error(text) } }
        let (report, store) = try await enqueuer.enqueue(try enqueue.request(target: target))
        common.say(!report.isNew && target == .unfinished ? "going on with " + report.sentence : report.sentence)
        let options = worker.options(runs: [report.run])
        try await WorkSession(
            store: store, options: options, common: common, json: json, streams: worker.stream ?? false
        ).run()
    }
}
