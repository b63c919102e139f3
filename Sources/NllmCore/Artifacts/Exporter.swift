/// Writes a run's artifacts again from the store.
public struct Exporter: Sendable {
    private let store: Store

    /// Creates an exporter for the runs of a store.
    public init(store: Store) {
        self.store = store
    }

    /// Writes a run folder from the current state of the store.
    ///
    /// If it is another than the run's own, the run does not count as exported afterwards.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - files: which artifacts; nil for those that the run writes, and for all if it writes none.
    ///   - outdir: a directory below which the folder is written; nil for the run's own.
    /// - Returns: the folder's path.
    /// - Throws: what cannot be written.
    @discardableResult
    public func export(
        _ run: Run, files: ArtifactFiles? = nil, to outdir: String? = nil
    ) async throws(NllmError) -> String {
        let files = files ?? (run.hasFolder ? run.settings.files : .all)
        let writer = ArtifactWriter(store: store)
        guard let outdir else {
            try await writer.export(run: run.id, files: files)
            return run.folder
        }
        let path = AbsolutePath.resolve(outdir) + "/" + run.name
        try await writer.export(run: run.id, files: files, to: path)
        return path
    }

    /// Updates a run's folder after cells were requeued, if the run has one.
    public func refresh(_ run: Run) async throws(NllmError) {
        guard RunFolder.isInUse(run.folder) else { return }
        try await ArtifactWriter(store: store).export(run: run.id)
    }
}
