extension Exporter {
    /// Writes the selected results of a run into one file, in the order of the artifacts.
    ///
    /// The results are from one state of the store and are read one by one.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - selection: which of its cells, of those that have a result.
    ///   - format: the format.
    ///   - target: where they are written.
    /// - Returns: what has been left out.
    /// - Throws: what cannot be read or written.
    @discardableResult
    public func write(
        _ run: Run, _ selection: CellSelection = CellSelection(), as format: ResultFormat, to target: ExportTarget
    ) async throws(NllmError) -> ExportReport {
        try run.checkAnswers()
        try await RunGrader(store: store).grade(run: run.id)
        do {
            return try target.write { write in
                try store.readingResults { results in
                    try ResultWriter(results: results, run: run, selection: selection).write(format, to: write)
                }
            }
        } catch let error as NllmError {
            throw error
        } catch let error as FileError {
            throw .cannotCreate(path: error.path, reason: error.reason)
        } catch {
            throw Store.translate(error, path: store.path, opening: false)
        }
    }
}
