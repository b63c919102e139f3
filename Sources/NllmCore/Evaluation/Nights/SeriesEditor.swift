internal import FoundationEssentials

/// Changes what the nights of a series are compared with.
package struct SeriesEditor: Sendable {
    private let store: Store

    package init(store: Store) { self.store = store }

    /// Takes the last evaluated night of a series as the new normal.
    ///
    /// - Parameters:
    ///   - name: the series' name, or a suite's path.
    ///   - prompts: the ids of the prompts for which alone it is; empty for the whole night.
    /// - Returns: the name of the night.
    /// - Throws: if there is no such series, night or prompt.
    package func accept(_ name: String, prompts: [String]) async throws(NllmError) -> String {
        let series = try await find(name)
        guard let night = try await store.nights(of: series).last(where: \.isFinished) else {
            throw .usage("series `\(series)` has no finished night yet")
        }
        var selection = CellSelection()
        selection.prompts = prompts
        try await store.check(selection, in: night.run)
        for prompt in prompts.isEmpty ? [nil] : prompts.map(Optional.some) {
            try await store.accept(night.run, prompt: prompt, now: Date())
        }
        return night.run.name
    }

    /// The series with this name, or that of the suite at this path.
    package func find(_ name: String) async throws(NllmError) -> String {
        let known = try await store.seriesNames()
        let path = StoredFolder.text(AbsolutePath.resolve(name), database: store.folder)
        for candidate in [name, path] where known.contains(candidate) { return candidate }
        throw .noSeries(name: name, database: store.path, known: known)
    }
}
