/// Writes a run's artifacts again from the store.
public struct Exporter: Sendable {
    private let store: Store

    /// Creates an exporter for the runs of a store.
    public init(store: Store) {
        self.store = store
    }

    /// Writes the whole run folder from the current state of the store and returns its path.
    @discardableResult
    public func export(_ run: Run) async throws(NllmError) -> String {
        try await ArtifactWriter(store: store).export(run: run.id)
        return run.folder
    }

    /// Writes the whole run folder from the current state of the store below another directory and returns its path.
    ///
    /// The run does not count as exported afterwards, because its own folder is not written.
    public func export(_ run: Run, to outdir: String) async throws(NllmError) -> String {
        let path = AbsolutePath.resolve(outdir) + "/" + run.name
        try await ArtifactWriter(store: store).export(run: run.id, to: path)
        return path
    }

    /// Updates a run's folder after cells were requeued, if the run has one.
    public func refresh(_ run: Run) async throws(NllmError) {
        guard RunFolder.isInUse(run.folder) else { return }
        try await export(run)
    }
}
