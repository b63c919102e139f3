import ArgumentParser
import NllmCore

/// Where reports of evaluated runs are written.
struct ReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write evaluated runs as JUnit's XML: gates, and cells that did not pass or have changed.",
            valueName: "file", visibility: .hidden))
    var junit: String?

    @Option(
        help: ArgumentHelp(
            "Append evaluated runs as Markdown, as for $GITHUB_STEP_SUMMARY.", valueName: "file", visibility: .hidden))
    var markdown: String?

    @Option(
        help: ArgumentHelp(
            "Shell command that gets each evaluated run as JSON on standard input, such as one that sends mail.",
            valueName: "command", visibility: .hidden))
    var finally: String?

    func validate() throws {
        if finally?.isEmpty == true { throw ValidationError("`--finally` is empty; write a command") }
        if junit?.isEmpty == true { throw ValidationError("`--junit` is empty; name a file") }
        if markdown?.isEmpty == true { throw ValidationError("`--markdown` is empty; name a file") }
    }

    /// Writes a night where its suite wants it, and gives it to the command that is asked for, else to that of its suite
    /// if it may run one.
    func finish(
        _ night: NightResult, in store: Store, allowsCommands: Bool, say: (String) -> Void
    ) async throws(NllmError) {
        let run = try await store.run(night.run.name)
        if let path = try await NightEvaluator(store: store).outputPath(of: run.id) {
            try await NightOutput(store: store).write(night, to: path)
        }
        let suites = allowsCommands ? try await NightEvaluator(store: store).finally(of: run.id) : nil
        guard let command = finally ?? suites else { return }
        if let failure = await FinalCommand(store: store).run(command, for: night) { say(failure) }
    }

    /// Writes what is asked for.
    func write(_ nights: [NightResult], from store: Store) async throws(NllmError) {
        let writer = NightReportWriter(store: store)
        if let junit, let night = nights.first { try await writer.writeJUnit(night, to: junit) }
        if let markdown, !nights.isEmpty { try writer.appendMarkdown(nights, to: markdown) }
    }
}
