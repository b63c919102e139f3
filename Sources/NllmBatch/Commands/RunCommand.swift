import ArgumentParser
import FoundationEssentials
import NllmCore

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Enqueue, work and export in one; print the run's folder.",
        usage: """
            nllm-batch run [<options>] <source> ... [-- <argument of llm> ...]
            nllm-batch run [<options>] -- <prompt or arguments of llm> ...
            """,
        discussion: """
            The same command after a crash resumes where it stopped: it continues the newest unfinished run made in this \
            directory from the same sources, models and request settings. A blocked run, all of whose remaining cells wait \
            for someone to act, and one older than `batch.resume_within` (20 h) is left as it is, and a new run is made.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Models and run") var enqueue: EnqueueOptions
    @OptionGroup(title: "Work") var worker: WorkerOptions
    @OptionGroup var reports: ReportOptions

    @Flag(help: "Always start a new run.")
    var new = false

    @Flag(help: "Print a JSON object instead of the folder.")
    var json = false

    func validate() throws {
        if new, enqueue.run != nil { throw ValidationError("`--new` and `--run` exclude each other") }
    }

    func run() async throws {
        let configuration = try common.configuration()
        let target: EnqueueTarget = enqueue.run.map { .named($0) } ?? (new ? .new : .unfinished)
        var request = try await enqueue.request(target: target, common: common, configuration: configuration)
        var options = try worker.options(request.configuration)
        request.needsPrices = options.maxCost != nil
        request.isExecutedAtOnce = true
        _ = try enqueue.answers.otherDatabase(besides: configuration.database)
        guard !enqueue.dryRun else { return try await enqueue.printPreview(request, common: common, json: json) }
        // Cells are enqueued only if they can be executed.
        _ = try LLMProgram.find()
        try DescriptorLimit.check(.cells(options.concurrency))
        let enqueuer = Enqueuer(
            databasePath: configuration.database, isPrivate: configuration.isPrivate, note: common.say)
        let (report, store) = try await enqueuer.enqueue(request)
        // The series is held until the night is over.
        defer { withExtendedLifetime(request.evaluation.lock) {} }
        for night in try await report.sayReplaced(in: store) {
            try await reports.finish(
                night, in: store, allowsCommands: enqueue.evaluation.allowCommands, say: { Console.error($0) })
        }
        if let left = report.leftRun { try await sayLeft(left, in: store) }
        common.say(!report.isNew && target == .unfinished ? "resuming " + report.sentence : report.sentence)
        if !enqueue.isDirect {
            for estimate in report.estimates where estimate.cost != nil { common.say(estimate.sentence) }
        }
        options.runs = [report.run]
        options.cacheFrom = enqueue.answers.cacheFrom
        options.allowsCommands = enqueue.evaluation.allowCommands
        // The caller wants a JSON object on standard output, unless told otherwise.
        let streams = worker.stream ?? (json ? false : configuration.stream ?? enqueue.isDirect)
        try await WorkSession(
            store: store, options: options, common: common, output: json ? .results : .folder, streams: streams,
            progress: worker.progress, metrics: worker.metrics, reports: reports,
            showsAnswers: enqueue.isDirect && !streams
        ).run { try await report.checkModels(in: store) }
    }

    /// Says what is left of a run that is not continued, and how it can be.
    private func sayLeft(_ run: Run, in store: Store) async throws {
        let counts = try await store.progress(of: run).counts
        guard counts.left > 0 else { return }
        let age = Format.duration(max(0, Date().timeIntervalSince(run.createdAt)))
        common.say(
            "leaving run \(run.name), \(run.blockedAt == nil ? "made \(age) ago" : "which is blocked"), with "
                + "\(counts.left) of \(Format.count(counts.total, "cell")) to do; take it up with: "
                + "nllm-batch work \(run.name)\(common.hint)")
    }
}
