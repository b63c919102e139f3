/// Writes a night where its suite wants it, in the format of the file's extension.
package struct NightOutput: Sendable {
    private let store: Store

    package init(store: Store) { self.store = store }

    /// Writes the file, which appears completely or not at all.
    package func write(_ night: NightResult, to path: String) async throws(NllmError) {
        let reports = NightReportWriter(store: store)
        switch AbsolutePath.ending(path) {
        case "xml": try await reports.writeJUnit(night, to: path)
        case "md": try reports.writeMarkdown(night, to: path)
        case "jsonl": try await writeResults(of: night, to: path, before: "", between: "\n", after: "\n")
        default:
            try await writeResults(
                of: night, to: path, before: "{\"night\":\(JSONWriter.text(night.json)),\"results\":[", between: ",",
                after: "]}\n")
        }
    }

    /// Writes the results with these texts around them.
    private func writeResults(
        of night: NightResult, to path: String, before: String, between: String, after: String
    ) async throws(NllmError) {
        try ReplaceableFile.check(path)
        let run = try await store.run(night.run.name)
        do {
            var file = try AtomicFile(path: path)
            try file.write(Array(before.utf8))
            var isFirst = true
            try store.readingResults { results in
                try results.forEachResult(ofRun: run.id) { result in
                    try file.write(Array(((isFirst ? "" : between) + JSONWriter.text(result.document)).utf8))
                    isFirst = false
                }
            }
            try file.write(Array(after.utf8))
            try file.commit(durably: false)
        } catch {
            throw .cannotCreate(path: path, reason: ErrorText.reason(error))
        }
    }
}
