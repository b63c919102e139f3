internal import FoundationEssentials

/// Keeps a worker registered as living, and gives up those that are not.
final class WorkerLiveness {
    /// The time between two heartbeats.
    static let interval = Duration.seconds(5)
    /// The time between two looks at the others.
    private static let inspection = Duration.seconds(2)

    private let store: Store
    private let identity: WorkerIdentity
    private let options: WorkOptions
    private let rescues: RescueIntake
    private let observe: @Sendable (WorkEvent) -> Void

    /// The row that this worker holds its leases by.
    private(set) var id: WorkerID = 0
    private var lastBeat = ContinuousClock().now
    /// Since when heartbeats come in time.
    private var steadySince = ContinuousClock().now
    private var others = HeartbeatWatch()
    private var lastInspection: ContinuousClock.Instant?

    /// - Parameters:
    ///   - store: the database.
    ///   - identity: this worker's.
    ///   - options: the limits that it brings.
    ///   - rescues: takes in what dead workers have left.
    ///   - observe: receives the number of cells that were put back.
    init(
        store: Store, identity: WorkerIdentity, options: WorkOptions, rescues: RescueIntake,
        observe: @escaping @Sendable (WorkEvent) -> Void
    ) {
        self.store = store
        self.identity = identity
        self.options = options
        self.rescues = rescues
        self.observe = observe
    }

    /// Registers this worker for the runs that it was given; nil for all.
    func register(runs: [RunID]?) async throws(NllmError) {
        id = try await register(runs: runs, probing: nil)
    }

    private func register(runs: [RunID]?, probing: [RunID]?) async throws(NllmError) -> WorkerID {
        try await store.register(
            identity, concurrency: options.concurrency, limits: options.limits, budget: options.budget, runs: runs,
            probing: probing, now: Date())
    }

    /// Says that this worker lives, however long anything else takes.
    func beat(runs: [RunID]?) async {
        // What goes wrong here goes wrong elsewhere too, and is reported there.
        guard let isKnown = try? await store.heartbeat(worker: id, now: Date()) else { return }
        let now = ContinuousClock().now
        if now - lastBeat > Self.interval * 2 { steadySince = now }
        lastBeat = now
        // Taken for dead, perhaps after the machine slept; the cells are another worker's now.
        if !isKnown, let renewed = try? await register(runs: runs, probing: []) { id = renewed }
    }

    /// Ends this worker in the store.
    ///
    /// - Parameter keepingCells: whether answers are kept outside, which belong to the cells as they are now.
    func end(keepingCells: Bool) async {
        if keepingCells {
            try? await store.retire(worker: id, now: Date())
        } else {
            try? await store.unregister(worker: id, now: Date())
        }
    }

    /// Puts back the cells of dead workers, unless that was done a moment ago.
    func inspectOthers() async throws(NllmError) {
        let now = ContinuousClock().now
        guard lastInspection.map({ now - $0 >= Self.inspection }) ?? true else { return }
        lastInspection = now
        try await store.correctTimesAhead(now: Date())
        let dead = try await store.workers().filter(isDead)
        guard !dead.isEmpty else { return }
        // What they could not record is recorded before their cells are done again.
        let inUse = try await rescues.takeIn()
        for other in dead {
            // Another worker is just taking in what it left.
            if inUse.contains(other.identity.mark), other.isGone(seenFrom: identity) { continue }
            other.endProcesses(seenFrom: identity)
            let cells = try await store.takeOver(worker: other.id, now: Date())
            if cells > 0 { observe(.takenOver(pid: other.identity.pid, cells: cells)) }
        }
    }

    private func isDead(_ other: WorkerRow) -> Bool {
        guard other.id != id else { return false }
        let isSilent = others.isSilent(other.id, heartbeat: other.heartbeatAt)
        return other.isGone(seenFrom: identity) || isSilent && canHear
    }

    /// Whether the silence of others means something: what has held up this worker may have held up them as well.
    private var canHear: Bool {
        let now = ContinuousClock().now
        return now - lastBeat <= Self.interval * 2 && now - steadySince > Self.interval * 2
    }
}
