extension Exporter {
    /// Writes the selected results of a run in a format of one file, in the order of the artifacts.
    ///
    /// The results are from one state of the store and are read one by one.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - selection: which of its cells, of those that have a result.
    ///   - target: where they are written.
    /// - Throws: what cannot be read or written.
    public func write(
        _ run: Run, _ selection: CellSelection, to target: ExportTarget
    ) async throws(NllmError) {
        try run.checkAnswers()
        try await RunGrader(store: store).grade(run: run.id)
        do {
            try target.write { write in
                try store.readingResults { results in
                    try results.forEachResult(ofRun: run.id, selection) { result in
                        try write(JSONWriter.line(result.document) + [UInt8(ascii: "\n")])
                    }
                }
            }
        } catch let error as FileError {
            throw .cannotCreate(path: error.path, reason: error.reason)
        } catch {
            throw Store.translate(error, path: store.path, opening: false)
        }
    }
}
