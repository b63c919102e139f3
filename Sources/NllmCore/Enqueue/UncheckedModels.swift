extension EnqueueReport {
    /// Finds out why models failed that were not checked before their cells were executed.
    ///
    /// A new run without any answer is removed again: nothing would have been enqueued if its models had been checked.
    ///
    /// - Parameter store: the database with the run.
    /// - Throws: the first model that `llm` does not know.
    public func checkModels(in store: Store) async throws(NllmError) {
        guard areModelsUnchecked else { return }
        let run = try await store.run(run)
        let failed = try await store.failures(of: run).filter { $0.kind == FailureKind.modelUnknown.rawValue }
        guard !failed.isEmpty else { return }
        let models = try await store.models(of: run).filter { model in failed.contains { $0.model == model.label } }
        let catalogue = try await LLMProgram.find().models(naming: models.map(\.name))
        do throws(NllmError) {
            try catalogue?.check(models)
        } catch {
            if isNew, try await store.progress(of: run).counts[.ok] == 0 {
                // If another worker has taken it up in the meantime, it stays.
                _ = try? await RunRemover(store: store).remove(run)
            }
            throw error
        }
    }
}
