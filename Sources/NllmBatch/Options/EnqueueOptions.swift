import ArgumentParser
import NllmCore

/// What is asked of which models.
struct EnqueueOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "JSONL files, directories of text files, single text files, or - for standard input.", valueName: "source"))
    var sources: [String]

    @Option(
        name: [.short, .customLong("model")],
        help: ArgumentHelp(
            "A model, as NAME or 'NAME[key=value,…]'; repeatable (default: llm's default model).", valueName: "model"))
    var models: [String] = []

    @Option(
        name: .customLong("option"),
        help: ArgumentHelp("An option for every model; repeatable.", valueName: "key=value"))
    var options: [String] = []

    @Option(help: ArgumentHelp("How often each prompt is sent to each model.", valueName: "n"))
    var samples = 1

    @Option(help: ArgumentHelp("The system prompt of prompts that have none.", valueName: "text"))
    var system: String?

    @Option(
        help: ArgumentHelp("The run's name; an existing run is brought in line with the sources.", valueName: "name"))
    var run: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The folder for the run's folder (default: nllm-runs).", valueName: "directory"))
    var outdir: String?

    @Flag(help: "Keep the raw output of llm beside the results.")
    var raw = false

    @Option(
        help: ArgumentHelp("Seconds a cell may take; 0 for as long as it takes (default: 600).", valueName: "seconds"))
    var timeout: Double?

    @Option(help: ArgumentHelp("How often a failed cell is tried again (default: 3).", valueName: "n"))
    var retries: Int?

    func validate() throws {
        guard !sources.isEmpty else { throw ValidationError("no source named; give a file, a directory, or -") }
        if let timeout { try LimitChecks.timeout(timeout) }
        if let retries { try LimitChecks.retries(retries) }
        if outdir?.isEmpty == true { throw ValidationError("`--outdir` is empty; name a directory") }
    }

    /// The request, for the target that the command means.
    func request(target: EnqueueRequest.Target) throws(NllmError) -> EnqueueRequest {
        var found: [PromptSource] = []
        for source in sources { found.append(try PromptSource(source)) }
        var request = EnqueueRequest(sources: found)
        request.models = models
        request.options = options
        request.samples = samples
        request.system = system
        request.target = target
        request.settings.outdir = outdir
        request.settings.raw = raw ? true : nil
        request.settings.timeout = timeout
        request.settings.retries = retries
        request.commandLine = ["nllm-batch"] + CommandLine.arguments.dropFirst()
        return request
    }
}

/// Limits that several commands check.
enum LimitChecks {
    static func timeout(_ seconds: Double) throws {
        guard seconds >= 0, seconds <= 1e9 else {
            throw ValidationError("`--timeout` is \(seconds) but must be a number of seconds, or 0 for none")
        }
    }

    static func retries(_ count: Int) throws {
        guard (0...1000).contains(count) else {
            throw ValidationError("`--retries` is \(count) but must be 0 to 1000")
        }
    }
}
