internal import FoundationEssentials

/// Removes what a suite does not want to keep of the earlier nights of its series.
struct SeriesPruner {
    let store: Store
    let evaluator: NightEvaluator

    /// Removes what is too old when a night has been evaluated; what another process uses is left for the next night.
    func prune(after run: RunID) async throws(NllmError) {
        let outdated = try await evaluator.outdated(by: run)
        for night in outdated.nights { _ = try? await RunRemover(store: store).remove(night) }
        for night in outdated.answers { try await store.removeAnswers(of: night, now: Date()) }
    }
}
