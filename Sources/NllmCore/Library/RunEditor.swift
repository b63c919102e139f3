/// Requeues and cancels cells of a run, pauses and resumes it, and keeps the files in its folder up to date.
public struct RunEditor: Sendable {
    private let store: Store

    /// - Parameter store: the database that the runs are in.
    public init(store: Store) { self.store = store }

    /// Requeues finished cells with a fresh retry count; their earlier attempts stay.
    ///
    /// - Parameters:
    ///   - name: the run's name; nil for the newest run.
    ///   - selection: which cells; without states and failure kinds, those that failed, timed out or were cancelled.
    ///   - includesSucceeded: whether a selection without states means the cells that succeeded as well.
    /// - Returns: the run, and the number of cells that were requeued.
    /// - Throws: when there is no such run, or the selection names what the run does not have.
    public func retry(
        _ name: String?, _ selection: CellSelection = CellSelection(), includesSucceeded: Bool = false
    ) async throws(NllmError) -> (run: Run, cells: Int) {
        let run = try await store.run(name)
        var selection = selection
        if selection.statuses.isEmpty, selection.failures.isEmpty, !includesSucceeded {
            selection.statuses = [.error, .timeout, .cancelled]
        }
        let count = try await store.retry(run, selection)
        if count > 0 { try await Exporter(store: store).refresh(run) }
        return (run, count)
    }

    /// Cancels cells that are pending or running; a worker that is executing one stops it.
    ///
    /// - Parameters:
    ///   - name: the run's name; nil for the newest run.
    ///   - selection: which cells; all when empty.
    /// - Returns: the run, and the number of cells that were cancelled.
    /// - Throws: when there is no such run, or the selection names what the run does not have.
    public func cancel(
        _ name: String?, _ selection: CellSelection = CellSelection()
    ) async throws(NllmError) -> (run: Run, cells: Int) {
        let run = try await store.run(name)
        let count = try await store.cancel(run, selection)
        if count > 0, try await store.run(run.name).finishedAt != nil { try await Exporter(store: store).refresh(run) }
        return (run, count)
    }

    /// Stops the starting of new cells in a run; cells in flight finish.
    ///
    /// - Parameter name: the run's name; nil for the newest run.
    /// - Returns: the run, and whether it was not paused before.
    /// - Throws: when there is no such run.
    public func pause(_ name: String?) async throws(NllmError) -> (run: Run, changed: Bool) {
        let run = try await store.run(name)
        return (run, try await store.pause(run))
    }

    /// Resumes a paused or blocked run and its paused models, and requeues the cells that failed for the models' pause.
    ///
    /// - Parameter name: the run's name; nil for the newest run.
    /// - Returns: the run, whether it was paused or blocked, and the labels of the models that were.
    /// - Throws: when there is no such run.
    public func resume(_ name: String?) async throws(NllmError) -> (run: Run, wasHeldBack: Bool, models: [String]) {
        let run = try await store.run(name)
        let (wasHeldBack, models) = try await store.resume(run)
        if !models.isEmpty { try await Exporter(store: store).refresh(run) }
        return (run, wasHeldBack, models)
    }
}

extension Nllm {
    /// Requeues finished cells of a run, as ``RunEditor/retry(_:_:includesSucceeded:)`` does.
    ///
    /// - Parameters:
    ///   - run: the run's name.
    ///   - selection: which cells; without states and failure kinds, those that failed, timed out or were cancelled.
    ///   - options: where the database is.
    /// - Returns: the number of cells that were requeued.
    /// - Throws: when there is no such run, or the selection names what the run does not have.
    @discardableResult
    @concurrent public static func retry(
        _ run: String, _ selection: CellSelection = CellSelection(), options: NllmOptions = NllmOptions()
    ) async throws(NllmError) -> Int {
        let editor = try editor(options)
        return try await uninterrupted { () async throws(NllmError) in try await editor.retry(run, selection).cells }
    }

    /// Cancels cells of a run that are pending or running, as ``RunEditor/cancel(_:_:)`` does.
    ///
    /// - Parameters:
    ///   - run: the run's name.
    ///   - selection: which cells; all when empty.
    ///   - options: where the database is.
    /// - Returns: the number of cells that were cancelled.
    /// - Throws: when there is no such run, or the selection names what the run does not have.
    @discardableResult
    @concurrent public static func cancel(
        _ run: String, _ selection: CellSelection = CellSelection(), options: NllmOptions = NllmOptions()
    ) async throws(NllmError) -> Int {
        let editor = try editor(options)
        return try await uninterrupted { () async throws(NllmError) in try await editor.cancel(run, selection).cells }
    }

    /// Resumes a paused run and its paused models.
    ///
    /// - Parameters:
    ///   - run: the run's name.
    ///   - options: where the database is.
    /// - Returns: the labels of the models that were paused.
    /// - Throws: when there is no such run.
    @discardableResult
    @concurrent public static func resume(
        _ run: String, options: NllmOptions = NllmOptions()
    ) async throws(NllmError) -> [String] {
        let editor = try editor(options)
        return try await uninterrupted { () async throws(NllmError) in try await editor.resume(run).models }
    }

    private static func editor(_ options: NllmOptions) throws(NllmError) -> RunEditor {
        RunEditor(store: try options.configuration().openStore())
    }
}
