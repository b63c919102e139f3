/// What came of a run.
public struct NllmResults: Sendable, Equatable {
    /// The run's name.
    public let run: String
    /// The folder with its artifacts; nil if they were not to be kept.
    public let folder: String?
    /// One result a cell: prompt order, then model order, then sample.
    public let results: [NllmResult]
    /// What was run, when and with what, as `manifest.json` has it.
    public let manifest: JSONValue
    /// How many cells the run has, with or without a result.
    public let totalCount: Int

    /// How many cells have a good answer.
    public var successCount: Int { results.count { $0.status == .ok } }

    /// Whether every cell has a good answer.
    public var success: Bool { successCount == totalCount }

    /// What the command line would exit with: 0 if every cell has a good answer, else 1.
    public var exitCode: Int { success ? 0 : 1 }

    /// The labels of models all of whose cells have a good answer, in their order.
    public var successfulModels: [String] { models { $0.allSatisfy { $0.status == .ok } } }

    /// The labels of models with a cell that failed or timed out, in their order.
    public var failedModels: [String] { models { $0.contains { $0.status != .ok } } }

    /// The first result of the model with that label; nil if there is none.
    public func result(for model: String) -> NllmResult? { results.first { $0.model == model } }

    private func models(where isMeant: ([NllmResult]) -> Bool) -> [String] {
        let groups = Dictionary(grouping: results, by: \.model)
        var seen: Set<String> = []
        return results.map(\.model).filter { seen.insert($0).inserted && isMeant(groups[$0] ?? []) }
    }
}
