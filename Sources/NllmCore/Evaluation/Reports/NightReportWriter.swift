internal import FoundationEssentials
internal import SystemPackage

/// Writes reports of nights into files.
package struct NightReportWriter: Sendable {
    private let store: Store

    package init(store: Store) { self.store = store }

    /// Writes a night as JUnit's XML; the file appears completely or not at all.
    package func writeJUnit(_ night: NightResult, to path: String) async throws(NllmError) {
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

    /// Appends nights as Markdown, as far as the whole stays below what GitHub shows.
    package func appendMarkdown(_ nights: [NightResult], to path: String) throws(NllmError) {
        do {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .append, .closeOnExec],
                permissions: FilePermissions(rawValue: 0o666))
            defer { try? file.close() }
            var size = Int(try file.seek(offset: 0, from: .end))
            for night in nights {
                let text = Array(MarkdownReport.text(night, limit: max(0, MarkdownReport.limit - size)).utf8)
                _ = try file.writeAll(text)
                size += text.count
            }
        } catch {
            throw .cannotCreate(path: path, reason: ErrorText.reason(error))
        }
    }
}
