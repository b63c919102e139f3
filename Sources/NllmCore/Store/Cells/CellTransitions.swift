/// A way in which cells change their state.
///
/// No other statement changes it. Only an edited run, which gives its cells to other prompts and models, updates `cells`
/// besides.
///
///     pending ── claimed ──► running ── answered ──────────────────► ok, error or timeout
///        ▲                      │                                        │
///        ├── retried, postponed, interrupted ◄┘                          │
///        ├── putBack ◄───────────────────────────────────────────────────┘
///        └── cached ──► ok         cancelled, retired: out of any state but an end
///
/// A transition that ends a lease does so whoever holds it: a worker that finds its lease gone stops.
enum CellTransition {
    /// A worker takes it: `worker`, `now`, `lease`, `reserved_cost`, `reserved_tokens`.
    case claimed
    /// The attempt is its result: `status`, `attempt`.
    case answered
    /// An answer that came after its lease was lost is its result, because it has none: `attempt`.
    case answeredLate
    /// It waits for its next try: `at`.
    case retried
    /// Its model can't be used, and it waits with the other cells of that model.
    case postponed
    /// Its attempt came to nothing and does not count; it goes first.
    case interrupted
    /// An answer that the database had is its result; the attempts are numbered already.
    case cached
    /// It is done again, with all its retries.
    case putBack
    /// Taken out by the user.
    case cancelled
    /// It left the run when the run's prompts were edited.
    case retired
    /// Its next try is moved: `at`.
    case moved
    /// The clock was set while it ran: `shift`, in milliseconds.
    case shifted

    /// The rank in `not_before` of cells that go before all others; everything else there is a time.
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
    /// Changes cells in one way.
    ///
    /// - Parameters:
    ///   - transition: the way.
    ///   - condition: which cells, in SQL.
    ///   - values: those of the transition and of the condition, by name.
    /// - Returns: how many cells there were.
    /// - Throws: when the database can't be written.
    @discardableResult
    func change(
        _ transition: CellTransition, where condition: String, _ values: KeyValuePairs<String, any Bindable> = [:]
    ) throws(DatabaseError) -> Int {
        try change(transition, where: condition, values.map { ($0, $1) })
    }

    /// Changes cells in one way, with values that were put together.
    @discardableResult
    func change(
        _ transition: CellTransition, where condition: String, _ values: [(String, any Bindable)]
    ) throws(DatabaseError) -> Int {
        try run("UPDATE cells SET \(transition.assignments) WHERE \(condition)", .named(values))
    }
}
