/// A change of a cell's state.
///
/// No other statement changes it. Only editing a run, which assigns its cells to other prompts and models, also updates
/// `cells`.
///
///     pending ── claimed ──► running ── answered ──────────────────► ok, error or timeout
///        ▲                      │                                        │
///        ├── retried, postponed, interrupted ◄┘                          │
///        ├── putBack ◄───────────────────────────────────────────────────┘
///        └── cached ──► ok         cancelled: out of pending and running
///
/// `answeredLate` makes a cell without a result `ok`, whatever its state. `retired` takes a cell out of the run: one that
/// has ended keeps its status, any other is cancelled. `moved` and `shifted` change times only.
///
/// A transition that ends a lease does so whichever worker holds it: a worker that finds its lease gone stops.
enum CellTransition {
    /// A worker claims it: `worker`, `now`, `lease`, `reserved_cost`, `reserved_tokens`.
    case claimed
    /// The attempt is its result: `status`, `attempt`.
    case answered
    /// An answer that arrived after its lease was lost is its result, because it has none: `attempt`.
    case answeredLate
    /// It waits to be retried: `at`.
    case retried
    /// Its model cannot be used, and it waits with that model's other cells.
    case postponed
    /// Its attempt was interrupted and does not count; it goes first.
    case interrupted
    /// A reused answer is its result; the attempts are already numbered.
    case cached
    /// It is requeued, with a fresh retry count.
    case putBack
    /// The user cancelled it.
    case cancelled
    /// It left the run when the run's prompts were edited.
    case retired
    /// Its retry is rescheduled: `at`.
    case moved
    /// The clock was set while it ran: `shift`, in milliseconds.
    case shifted

    /// The value of `not_before` for cells that go before all others; every other value is a time.
    static let first = 0

    /// The columns that change.
    fileprivate var assignments: String {
        let release = "worker_id = NULL, claimed_at = NULL"
        return switch self {
        case .claimed:
            """
            status = 'running', worker_id = :worker, claimed_at = :now, lease = :lease, not_before = NULL,
            reserved_cost = :reserved_cost, reserved_tokens = :reserved_tokens
            """
        case .answered:
            "status = :status, \(release), attempt_id = :attempt, attempts = attempts + 1, tries = tries + 1"
        case .answeredLate:
            "status = 'ok', \(release), not_before = NULL, attempt_id = :attempt, attempts = attempts + 1"
        case .retried: "status = 'pending', \(release), not_before = :at, attempts = attempts + 1, tries = tries + 1"
        case .postponed: "status = 'pending', \(release), attempts = attempts + 1, tries = 0"
        case .interrupted: "status = 'pending', \(release), not_before = \(Self.first)"
        case .cached:
            """
            status = 'ok', not_before = NULL, attempts = 1, tries = 1,
            attempt_id = (SELECT id FROM attempts WHERE cell_id = cells.id AND number = 1)
            """
        case .putBack: "status = 'pending', tries = 0, attempt_id = NULL"
        case .cancelled: "status = 'cancelled', \(release), not_before = NULL"
        case .retired:
            """
            live = 0, \(release), not_before = NULL,
            status = CASE WHEN status IN ('pending', 'running') THEN 'cancelled' ELSE status END
            """
        case .moved: "not_before = :at"
        case .shifted: "claimed_at = claimed_at + :shift"
        }
    }
}

extension Connection {
    /// Applies a transition to cells.
    ///
    /// - Parameters:
    ///   - transition: the transition.
    ///   - condition: selects the cells, in SQL.
    ///   - values: the values for the transition and the condition, by name.
    /// - Returns: the number of cells that were changed.
    /// - Throws: if the database cannot be written.
    @discardableResult
    func change(
        _ transition: CellTransition, where condition: String, _ values: KeyValuePairs<String, any Bindable> = [:]
    ) throws(DatabaseError) -> Int {
        try change(transition, where: condition, values.map { ($0, $1) })
    }

    /// Applies a transition to cells, with values in an array.
    @discardableResult
    func change(
        _ transition: CellTransition, where condition: String, _ values: [(String, any Bindable)]
    ) throws(DatabaseError) -> Int {
        try run("UPDATE cells SET \(transition.assignments) WHERE \(condition)", .named(values))
    }
}
