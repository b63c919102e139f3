/// The results of a run.
public struct NllmResults: Sendable, Equatable {
    /// The run's name.
    public let run: String
    /// The folder with its artifacts; nil if they are not kept.
    public internal(set) var folder: String?
    /// One result per cell, in prompt order, then model order, then sample.
    public let results: [NllmResult]
    /// What was run, when and with what, as in `manifest.json`.
    public let manifest: JSONValue
    /// The number of cells of each model, with or without a result, by its label.
    public let cellCounts: [String: Int]

    /// The number of cells in the run, with or without a result.
    public var totalCount: Int { cellCounts.values.reduce(0, +) }

    /// The number of cells with a good answer.
    public var successCount: Int { results.count { $0.status == .ok } }

    /// Whether every cell has a good answer.
    public var success: Bool { successCount == totalCount }

    /// The exit code of the command line: 0 if every cell has a good answer, else 1.
    public var exitCode: Int { success ? 0 : 1 }

    /// The labels of models whose cells all have a good answer, in order.
    public var successfulModels: [String] {
        models { model, results in results.count { $0.status == .ok } == cellCounts[model] }
    }

    /// The labels of models with a cell that failed or timed out, in order.
    public var failedModels: [String] { models { _, results in results.contains { $0.status != .ok } } }

    /// The first result of the model with this label; nil if there is none.
    public func result(for model: String) -> NllmResult? { results.first { $0.model == model } }

    private func models(where isMeant: (String, [NllmResult]) -> Bool) -> [String] {
        let groups = Dictionary(grouping: results, by: \.model)
        var seen: Set<String> = []
        return results.map(\.model).filter { seen.insert($0).inserted && isMeant($0, groups[$0] ?? []) }
    }
}

extension NllmResults {
    /// The results of a run so far, read from the database.
    init(of name: String, in store: Store) async throws(NllmError) {
        let progress = try await store.progress(of: try await store.run(name))
        var results: [NllmResult] = []
        do {
            manifest = try store.manifest(of: progress.run)
            try store.forEachResult(of: progress.run) { document in
                if let result = NllmResult(document) { results.append(result) }
            }
        } catch {
            throw Store.translate(error, path: store.path, opening: false)
        }
        run = name
        folder = progress.run.folder
        self.results = results
        cellCounts = Dictionary(progress.models.map { ($0.label, $0.counts.total) }, uniquingKeysWith: +)
    }
}
