internal import FoundationEssentials

/// The validated input of an enqueue for the store.
struct EnqueuePlan {
    var target: EnqueueTarget
    /// Seconds that an unfinished run may be old to be continued.
    var resumeWithin: Double
    /// Identifies runs that mean the same.
    var identity: String
    var models: [PlannedModel]
    /// The part of the request that all cells share.
    var common: CommonRequest
    var samples: Int
    /// The settings of a new run, and the given ones, which change those of an existing run.
    var settings: RunSettings
    var given: RunSettings.Given
    var sources: [SourceSummary]
    var manifest: JSONValue
    /// Whether none of an existing run's cells may change.
    var keepsCells = false
    /// What the run is held against; nil if the enqueue says nothing about it.
    var evaluation: PlannedEvaluation?
    /// The model that judges the answers; nil if none is needed.
    var judge: PlannedModel?
    var createdAt: Date

    /// The models that prompts may name.
    var variants: [ModelVariant] { models.map(\.variant) }
}

/// A night that a later one of its series has replaced before it was done.
public struct ReplacedNight: Sendable, Equatable {
    /// The run's name.
    public let run: String
    /// The number of its cells that were cancelled.
    public let cells: Int
}

/// The result of an enqueue.
public struct EnqueueReport: Sendable, Equatable {
    /// The run with the cells.
    public var run: String
    /// Its folder.
    public var folder: String
    /// Whether this enqueue created the run.
    public var isNew: Bool
    /// The number of cells with the same request as before.
    public var kept = 0
    /// The number of cells with a different request than the old cell with their id, model and sample.
    public var changed = 0
    /// The number of cells that did not exist before.
    public var new = 0
    /// The number of changed and new cells whose answers the run had before, so that they are not requested again.
    public var restored = 0
    /// The number of cells that were removed.
    public var removed = 0
    /// Whether the run existed and nothing in it has changed, not even an id or the order.
    public var isUnchanged = false
    /// Whether it has yet to be seen that `llm` knows the models.
    public var areModelsUnchecked = false
    /// The unfinished run that would have been continued if it were not blocked or too old.
    public var leftRun: Run?
    /// The nights of the same series that this run replaces before they were evaluated, with the number of their cells
    /// that are cancelled.
    public var replaced: [ReplacedNight] = []
    /// What the new and changed cells are expected to take, by model.
    public var estimates: [Estimate] = []
    /// The number of live cells in the run.
    public var cells: Int { kept + changed + new }
}

extension Store {
    /// Adds the spool's prompts to a run, in one transaction.
    func enqueue(_ plan: sending EnqueuePlan, prompts: sending PromptSpool) throws(NllmError) -> EnqueueReport {
        let reservation = FolderReservation()
        let report: EnqueueReport
        do throws(NllmError) {
            report = try transaction {
                let known = try target(plan)
                let left = plan.target == .unfinished && known == nil ? try unfinishedRun(plan) : nil
                let enqueue = EnqueueTransaction(
                    database: database, folder: folder, plan: plan, known: known, reservation: reservation)
                var report = try enqueue.perform(prompts)
                report.leftRun = report.replaced.contains { $0.run == left?.name } ? nil : left
                return report
            }
        } catch {
            reservation.undo()
            throw error
        }
        checkpoint()
        return report
    }

    /// The existing run that the plan means; nil for a new one.
    private func target(_ plan: EnqueuePlan) throws -> Run? {
        switch plan.target {
        case .new: nil
        case .named(let name): try run(named: name).map(checked)
        case .unfinished: try unfinishedRun(plan).flatMap { isToBeContinued($0, plan) ? $0 : nil }
        }
    }

    private func checked(_ run: Run) throws -> Run {
        guard !run.isCompanion else {
            throw NllmError.usage("the name \(run.name) is taken; choose another with --run")
        }
        return try checkedForRemoval(run)
    }

    /// The newest run that asks the same and has not ended.
    private func unfinishedRun(_ plan: EnqueuePlan) throws -> Run? {
        try database.row(
            "SELECT * FROM runs WHERE identity = ? AND exported_at IS NULL ORDER BY id DESC LIMIT 1", plan.identity,
            read: { try Run($0, in: folder) })
    }

    private func isToBeContinued(_ run: Run, _ plan: EnqueuePlan) -> Bool {
        run.blockedAt == nil && plan.createdAt.timeIntervalSince(run.createdAt) < plan.resumeWithin
    }
}
