extension Store {
    /// Calls `body` with each result of a run as it stands in the artifacts, in their order.
    ///
    /// The results are those of one state of the database, read one by one.
    public nonisolated func forEachResult(of run: Run, _ body: (JSONValue) throws -> Void) throws(NllmError) {
        try readingAside { database in
            try ResultRecord.forEach(of: run.id, in: database) { result in try body(result.json) }
        }
    }

    /// The run's manifest as it stands in the artifacts.
    public nonisolated func manifest(of run: Run) throws(NllmError) -> JSONValue {
        try readingAside { database in
            let state = try RunState(database, run: run.id)
            return Manifest.document(state.run, sources: state.sources, counts: state.counts)
        }
    }
}
