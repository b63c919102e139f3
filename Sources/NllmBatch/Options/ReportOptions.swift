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

    func validate() throws {
        if junit?.isEmpty == true { throw ValidationError("`--junit` is empty; name a file") }
        if markdown?.isEmpty == true { throw ValidationError("`--markdown` is empty; name a file") }
    }

    /// Writes what is asked for.
    func write(_ nights: [NightResult], from store: Store) async throws(NllmError) {
        let writer = NightReportWriter(store: store)
        if let junit, let night = nights.first { try await writer.writeJUnit(night, to: junit) }
        if let markdown, !nights.isEmpty { try writer.appendMarkdown(nights, to: markdown) }
    }
}
