/// Writes a run's artifacts again from the store.
public struct Exporter: Sendable {
    private let store: Store

    /// An exporter for the runs of that store.
    public init(store: Store) {
        self.store = store
    }

    /// Writes the whole run folder as the store has it now and returns its path.
    @discardableResult
    public func export(_ run: Run) async throws(NllmError) -> String {
        try await ArtifactWriter(store: store).export(run: run.id)
        return run.folder
    }

    /// Writes the whole run folder as the store has it now below another folder and returns its path.
    ///
    /// The run does not count as exported by this, because its own folder is not written.
    public func export(_ run: Run, to outdir: String) async throws(NllmError) -> String {
        let path = AbsolutePath.resolve(outdir) + "/" + run.name
        try await ArtifactWriter(store: store).export(run: run.id, to: path)
        return path
    }

    /// Brings a run folder up to date after cells were put back, if the run has one.
    public func refresh(_ run: Run) async throws(NllmError) {
        guard RunFolder.isInUse(run.folder) else { return }
        try await export(run)
    }
}
