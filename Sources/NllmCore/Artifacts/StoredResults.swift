extension Store {
    /// Calls `body` with each result of a run as it appears in the artifacts, in order.
    ///
    /// The results are from one state of the database, and are read one by one.
    public nonisolated func forEachResult(of run: Run, _ body: (JSONValue) throws -> Void) throws(NllmError) {
        try readingResults { results in
            try results.forEachResult(ofRun: run.id) { result in try body(result.document) }
        }
    }

    /// The run's manifest as it appears in the artifacts.
    public nonisolated func manifest(of run: Run) throws(NllmError) -> JSONValue {
        try readingResults { results in Manifest.document(try results.state(ofRun: run.id)) }
    }
}
