internal import FoundationEssentials

/// What is stored of a cell that says why it was asked, or was not.
struct CellFacts: Sendable {
    /// An execution of the cell, or an answer that was reused.
    struct Attempt: Sendable {
        /// Nil for one that does not count.
        let number: Int?
        let outcome: Outcome.Status
        let failure: Failure?
        /// The source of a reused answer.
        let cachedFrom: JSONValue?
        let finishedAt: Date
        /// Seconds.
        let duration: Double
    }

    let cell: CellVersion
    let status: CellStatus
    /// False if an edit took it out of its run.
    let isLive: Bool
    /// The number of attempts that count, in all and since it was last requeued.
    let attempts: Int
    let tries: Int
    /// When it may be retried; nil if it need not wait for a time.
    let notBefore: Date?
    /// When an edit last found that its request is the same; nil if none has.
    let keptAt: Date?
    /// The id that its prompt had before an edit moved it.
    let movedFrom: String?
    let isRunPaused: Bool
    let isRunBlocked: Bool
    /// Its executions, oldest first.
    var history: [Attempt] = []
    /// Whether its answer was checked against other assertions before.
    var hadOtherAssertions = false
    /// The cell that an edit has replaced by this one, or that took its place meanwhile; nil if there is none.
    var replaced: CellVersion?
    /// The name of the run before that was read from one of the same sources.
    var previousRun: String?
    /// The cell with the same id, model and sample in that run.
    var previous: CellVersion?
    /// The id of another prompt in that run that asked the same.
    var elsewhere: String?
    /// What it waits for; nil if it waits for nothing, or has ended.
    var wait: Wait?

    /// Reads what stands in the cell's row.
    init(_ row: any Row) throws {
        cell = try CellVersion(row)
        status = try row.value("status")
        isLive = try row.bool("live")
        attempts = try row.int("attempts")
        tries = try row.int("tries")
        notBefore = try row.optionalInt("not_before").flatMap {
            $0 == CellTransition.first ? nil : Date(milliseconds: $0)
        }
        keptAt = try row.optionalDate("kept_at")
        movedFrom = try row.optionalText("moved_from")
        isRunPaused = try row.bool("paused")
        isRunBlocked = try row.optionalInt("blocked_at") != nil
    }

    static let columns = """
        \(CellVersion.columns), cells.status, cells.live, cells.attempts, cells.tries, cells.not_before, cells.kept_at,
        cells.moved_from, runs.paused, runs.blocked_at
        """
}

extension CellFacts.Attempt {
    init(_ row: any Row) throws {
        number = try row.optionalInt("number")
        outcome = try row.value("outcome")
        failure = try row.optionalText("failure_kind") == nil ? nil : try Failure(row)
        cachedFrom = try row.optionalJSON("cached_from")
        finishedAt = try row.date("finished_at")
        duration = Double(try row.int("duration_ms")) / 1000
    }
}
