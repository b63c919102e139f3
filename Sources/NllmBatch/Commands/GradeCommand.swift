import ArgumentParser
import NllmCore

struct GradeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grade",
        abstract: "Check a run's answers against their assertions again, without asking any model.",
        discussion: """
            Earlier scores are kept in the database. With --suite, the assertions and gates of that suite hold from now on, \
            which must ask what the run has asked. For assertions of prompt files, enqueue these into the run again.
            """)

    /// The number of changed answers that are listed.
    private static let listed = 15

    @OptionGroup var common: CommonOptions

    @Argument(help: "The run's name (default: the newest run).")
    var run: String?

    @Option(help: ArgumentHelp("Suite whose assertions and gates hold from now on.", valueName: "file"))
    var suite: String?

    @Flag(help: ArgumentHelp("Run the programs that assertions name.", visibility: .hidden))
    var allowCommands = false

    @Flag(help: "Print a JSON object.")
    var json = false

    func run() async throws {
        let configuration = try common.configuration()
        let store = try common.open(configuration)
        let run = try await store.run(run)
        if let suite { try await apply(suite, to: run, configuration) }
        let changes = try await RunGrader(store: store, .asked(allowsCommands: allowCommands)).grade(run: run.id, .all)
        guard changes.answers > 0 else {
            throw NllmError.usage("run \(run.name) has no answers with assertions; `--assert` of `enqueue` adds them")
        }
        let isEvaluated = try await NightEvaluator(store: store, allowsCommands: allowCommands).evaluateAgain(run.id)
        // A reason may be another one although the score is the same.
        try await Exporter(store: store).refresh(run)
        if !isEvaluated {
            common.say("models have to be asked before it is evaluated: nllm-batch work \(run.name)\(common.hint)")
        }
        if json {
            Console.out(changes.json(run: run.name))
            return
        }
        var lines = ["\(run.name): \(changes.sentence)"]
        lines += changes.changes.prefix(Self.listed).map { "  " + $0.sentence.oneLine }
        if changes.changed > Self.listed { lines.append("  and \(changes.changed - Self.listed) more") }
        Console.out(lines.joined(separator: "\n"))
    }

    /// Lets the assertions and gates of a suite hold for a run.
    private func apply(_ suite: String, to run: Run, _ configuration: Configuration) async throws {
        var request = try await EnqueueRequest(
            suite: suite, trustsFiles: common.trustConfig, allowsCommands: allowCommands, checksModels: false,
            configuration: configuration)
        request.target = .named(run.name)
        (request.keepsCells, request.checksModels) = (true, false)
        _ = try await Enqueuer(databasePath: configuration.database, note: { _ in }).enqueue(request)
    }
}

extension GradeChanges {
    /// What was graded, for people.
    fileprivate var sentence: String {
        var parts = ["\(verdicts.passed) of \(verdicts.passed + verdicts.failed) passed"]
        if verdicts.none > 0 { parts.append("\(verdicts.none) without verdict") }
        if new > 0 { parts.append("\(new) new") }
        if changed > 0 { parts.append("\(changed) changed") }
        if rescored > 0 { parts.append("\(rescored) with another score") }
        return (isEmpty ? parts + ["nothing changed"] : parts).joined(separator: ", ")
    }

    fileprivate func json(run: String) -> JSONValue {
        .object([
            .init("run", .string(run)), .init("answers", .integer(answers)), .init("passed", .integer(verdicts.passed)),
            .init("failed", .integer(verdicts.failed)), .init("no_verdict", .integer(verdicts.none)),
            .init("new", .integer(new)), .init("changed", .integer(changed)), .init("rescored", .integer(rescored)),
            .init("changes", .array(changes.map(\.json))),
        ])
    }
}

extension GradeChanges.Change {
    fileprivate var sentence: String {
        "\(CellName.text(model, prompt: prompt, sample: sample)): \(Self.word(before)) → \(Self.word(now))"
    }

    fileprivate var json: JSONValue {
        .object([
            .init("prompt_id", .string(prompt)), .init("model", .string(model)), .init("sample", .integer(sample)),
            .init("before", before.map(JSONValue.bool) ?? .null), .init("now", now.map(JSONValue.bool) ?? .null),
        ])
    }

    private static func word(_ passed: Bool?) -> String { passed.map { $0 ? "passed" : "failed" } ?? "no verdict" }
}
