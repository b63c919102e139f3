internal import FoundationEssentials
internal import SystemPackage

/// Writes reports of nights into files.
package struct NightReportWriter: Sendable {
    private let store: Store

    package init(store: Store) { self.store = store }

    /// Writes a night as JUnit's XML; the file appears completely or not at all.
    package func writeJUnit(_ night: NightResult, to path: String) async throws(NllmError) {
        try ReplaceableFile.check(path)
        var report = JUnitReport(night)
        try await NightCases(store: store).forEach(of: night) { report.add($0) }
        do {
            var file = try AtomicFile(path: AbsolutePath.resolve(path))
            try report.write { try file.write($0) }
            try file.commit(durably: false)
        } catch {
            throw .cannotCreate(path: path, reason: ErrorText.reason(error))
        }
    }

    /// Writes a night as a Markdown file of its own.
    package func writeMarkdown(_ night: NightResult, to path: String) throws(NllmError) {
        try ReplaceableFile.check(path)
        do {
            try AtomicFile.write(Array(MarkdownReport.text(night).utf8), to: path)
        } catch {
            throw .cannotCreate(path: path, reason: error.reason)
        }
    }

    /// Appends nights as Markdown, as far as the whole stays below what GitHub shows.
    package func appendMarkdown(_ nights: [NightResult], to path: String) throws(NllmError) {
        for night in nights {
            try MarkdownFile.append(to: path) { MarkdownReport.text(night, limit: $0) }
        }
    }
}
