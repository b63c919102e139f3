internal import FoundationEssentials

/// Everything an enqueue brings to the store, validated.
struct EnqueuePlan {
    /// Which run takes the cells.
    enum Target: Equatable {
        /// A new one, named by the time.
        case new
        /// The one of that name, new or not.
        case named(String)
        /// The newest unfinished one that means the same, or a new one.
        case unfinished
    }

    var target: Target
    /// Tells whether two runs mean the same.
    var identity: String
    var models: [PlannedModel]
    /// What is asked with every cell.
    var common: CommonRequest
    var samples: Int
    /// The settings of a new run, and what was given, which changes those of an existing one.
    var settings: RunSettings
    var given: RunSettings.Given
    var sources: [SourceSummary]
    var manifest: JSONValue
    var createdAt: Date

    /// The models as prompts may name them.
    var variants: [ModelVariant] { models.map(\.variant) }
}

/// What an enqueue did.
public struct EnqueueReport: Sendable, Equatable {
    /// The run that has the cells.
    public var run: String
    /// Its folder.
    public var folder: String
    /// Whether the run was made by this enqueue.
    public var isNew: Bool
    /// Cells that ask the same as before.
    public var kept = 0
    /// Cells that ask something else than the old cell of their id, model and sample.
    public var changed = 0
    /// Cells that were not there before.
    public var new = 0
    /// Cells that are not there any more.
    public var removed = 0
    /// Whether the run was there before and nothing of it has changed, not even an id or the order.
    public var isUnchanged = false
    /// Live cells of the run now.
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
                let enqueue = EnqueueTransaction(
                    database: database, folder: folder, plan: plan, known: known, reservation: reservation)
                return try enqueue.perform(prompts)
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
        case .named(let name): try run(named: name).map(checkedForRemoval)
        case .unfinished:
            try database.row(
                "SELECT * FROM runs WHERE identity = ? AND exported_at IS NULL ORDER BY id DESC LIMIT 1", plan.identity,
                read: { try Run($0, in: folder) })
        }
    }
}
