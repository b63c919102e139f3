/// Writes a run's artifacts again from the store.
public struct Exporter: Sendable {
    let store: Store

    /// Creates an exporter for the runs of a store.
    public init(store: Store) {
        self.store = store
    }

    /// Writes the whole run folder from the current state of the store and returns its path.
    @discardableResult
    public func export(_ run: Run) async throws(NllmError) -> String {
        guard run.hasFolder else { throw .usage("run \(run.name) was made without a folder; name one with --outdir") }
        try await ArtifactWriter(store: store).export(run: run.id)
        return run.folder
    }

    /// Writes a run folder from the current state of the store below another directory.
    ///
    /// The run does not count as exported afterwards, because its own folder is not written.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - outdir: the directory.
    ///   - files: which artifacts; nil for those that the run writes, and for all if it writes none.
    /// - Returns: the folder's path.
    /// - Throws: what cannot be written.
    public func export(
        _ run: Run, to outdir: String, files: ArtifactFiles? = nil
    ) async throws(NllmError) -> String {
        let path = AbsolutePath.resolve(outdir) + "/" + run.name
        let files = files ?? (run.hasFolder ? run.settings.files : .all)
        try await ArtifactWriter(store: store).export(run: run.id, files: files, to: path)
        return path
    }

    /// Updates a run's folder after cells were requeued, if the run has one.
    public func refresh(_ run: Run) async throws(NllmError) {
        guard RunFolder.isInUse(run.folder) else { return }
        try await ArtifactWriter(store: store).export(run: run.id)
    }
}
