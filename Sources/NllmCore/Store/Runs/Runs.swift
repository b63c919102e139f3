public import FoundationEssentials

/// The state of a run.
public struct RunProgress: Sendable {
    /// The state of one of its models.
    public struct Model: Sendable {
        let id: ModelID
        /// The model's label.
        public let label: String
        /// Its cells by state.
        public let counts: CellCounts
        /// Tokens sent over all attempts, as far as reported.
        public let tokensInput: Int
        /// Tokens received over all attempts, as far as reported.
        public let tokensOutput: Int
        /// US dollars over all attempts, as far as prices and tokens are known; nil if none are.
        public let cost: Double?
        /// Options of its cells for which no price is known although there are others, as `service_tier=flex`.
        public let unpricedOptions: [String]
        /// The number of cells that limits and the provider allow at a time; nil if nothing is left to do.
        public internal(set) var allowed: Int?
        /// What its next cell waits for; nil if it can start, or if nothing is left to start.
        public internal(set) var wait: Wait?

        /// How many of its answers passed; nil if none was graded.
        public internal(set) var verdicts: VerdictCounts?

        /// How fast its cells finish; empty unless it was measured.
        public internal(set) var pace = ModelPace()

        /// Whether it can't be used at present.
        public var isPaused: Bool { if case .pause = wait?.reason { true } else { false } }

        /// Seconds until its cells are done at its pace, after what they wait for is over; nil if that is unknown.
        public func remaining(now: Date = Date()) -> Double? {
            guard counts.left > 0 else { return 0 }
            let wait = wait?.until.map { max(0, $0.timeIntervalSince(now)) } ?? 0
            // Those in flight are half done, on average.
            let cells = Double(counts.left) - Double(counts[.running]) / 2
            return pace.rate.map { wait + cells / $0 }
        }
    }

    /// The run itself.
    public let run: Run
    /// Its models, in order.
    public internal(set) var models: [Model]
    /// Whether a running worker may work on it.
    public internal(set) var hasWorker = false
    /// What is left to do when all cells have an outcome: `judging`, `confirming` or `evaluating`; nil if there is
    /// nothing.
    public internal(set) var evaluation: String?

    /// The sum over all models.
    public var counts: CellCounts { models.map(\.counts).reduce(CellCounts(), +) }

    /// How many answers passed; nil if none was graded.
    public var verdicts: VerdictCounts? {
        let known = models.compactMap(\.verdicts)
        return known.isEmpty ? nil : known.reduce(VerdictCounts(), +)
    }

    /// US dollars over all models, as far as known; nil if nothing is.
    public var cost: Double? {
        let known = models.compactMap(\.cost)
        return known.isEmpty ? nil : known.reduce(0, +)
    }

    /// Cells that finish per second; nil unless it was measured.
    public var rate: Double? {
        let known = models.compactMap(\.pace.rate)
        return known.isEmpty ? nil : known.reduce(0, +)
    }

    /// Seconds until the slowest model is done; nil if that is unknown for one that can be used.
    public var remaining: Double? {
        let times = models.filter { !$0.isPaused && $0.counts.left > 0 }.map { $0.remaining() }
        guard hasWorker, !times.isEmpty, !times.contains(nil) else { return nil }
        return times.compactMap { $0 }.max()
    }

    /// The state of a run whose remaining cells all wait for someone to act.
    public static let blocked = "blocked"

    /// Whether no worker will do more by itself.
    public var hasEnded: Bool { counts.left == 0 && evaluation == nil || run.blockedAt != nil }

    /// The run's state in one word.
    public var state: String {
        if run.isBeingRemoved { return "removing" }
        if counts.left == 0 { return evaluation ?? "finished" }
        if run.isPaused { return "paused" }
        if counts[.running] > 0, hasWorker { return "running" }
        if run.blockedAt != nil { return Self.blocked }
        return run.startedAt == nil ? "new" : "unfinished"
    }
}

extension Store {
    /// All runs, newest first.
    public func runs() throws(NllmError) -> [Run] {
        try reading {
            try database.rows("SELECT * FROM runs WHERE parent_id IS NULL ORDER BY id DESC") { try Run($0, in: folder) }
        }
    }

    /// The run with this name; without a name, the newest one.
    public func run(_ name: String?) throws(NllmError) -> Run {
        try reading {
            guard let name else { return try newestRun() }
            return try existingRun(name)
        }
    }

    private func newestRun() throws -> Run {
        let newest = try database.row(
            "SELECT * FROM runs WHERE removing = 0 AND parent_id IS NULL ORDER BY id DESC LIMIT 1"
        ) {
            try Run($0, in: folder)
        }
        guard let newest else { throw NllmError.noRuns(database: path) }
        return newest
    }

    /// The runs with these names, without repetitions.
    func runs(named names: [String]) throws(NllmError) -> [Run] {
        try reading {
            var found: [Run] = []
            for name in names {
                let run = try existingRun(name)
                if !found.contains(where: { $0.id == run.id }) { found.append(run) }
            }
            return found
        }
    }

    /// The run with this name; nil if there is none.
    func run(named name: String) throws -> Run? {
        try database.row("SELECT * FROM runs WHERE name = ?", name) { try Run($0, in: folder) }
    }

    /// The run with this name; `last` means the newest one, unless a run is called that.
    func existingRun(_ name: String) throws -> Run {
        if let run = try run(named: name), !run.isCompanion { return try checkedForRemoval(run) }
        if name == "last" { return try newestRun() }
        let names = try database.rows("SELECT name FROM runs WHERE parent_id IS NULL") { try $0.text("name") }
        throw NllmError.noRun(name: name, database: path, nearest: NearestName.find(name, among: names))
    }

    /// The same run; throws if it is being removed.
    func checkedForRemoval(_ run: Run) throws(NllmError) -> Run {
        guard !run.isBeingRemoved else { throw .beingRemoved(run: run.name) }
        return run
    }

    /// The current state of a run.
    public func progress(of run: Run, now: Date = Date()) throws(NllmError) -> RunProgress {
        guard let progress = try progress(ofRun: run.id, now: now) else {
            throw .noRun(name: run.name, database: path, nearest: nil)
        }
        return progress
    }

    /// The current state of a run; nil if it is gone.
    func progress(ofRun runID: RunID, now: Date = Date()) throws(NllmError) -> RunProgress? {
        try reading {
            let run = try database.row("SELECT * FROM runs WHERE id = ?", runID) { try Run($0, in: folder) }
            guard let run else { return nil }
            var progress = RunProgress(
                run: run, models: try database.rows(Self.progressSQL, run.id, read: RunProgress.Model.init))
            let verdicts = try database.verdicts(of: run.id)
            for index in progress.models.indices {
                progress.models[index].verdicts = verdicts[progress.models[index].id]
            }
            progress.evaluation = try evaluationLeft(of: run.id)
            if progress.counts.left > 0 { try addWaits(to: &progress, now: now) }
            return progress
        }
    }

    private static let progressSQL = """
        SELECT model_id, label, price, counters.* FROM counters JOIN models ON models.id = counters.model_id
        WHERE counters.run_id = ? AND models.live = 1 ORDER BY models.position
        """

    /// Runs that have ended without their artifacts being written; out of these runs, or of all.
    func unexportedRuns(_ runs: [RunID]?) throws(NllmError) -> [RunID] {
        try reading {
            let ids: [RunID] = try database.rows(
                "SELECT id FROM runs WHERE finished_at IS NOT NULL AND exported_at IS NULL ORDER BY id",
                read: { try $0.id("id") })
            guard let runs else { return ids }
            return ids.filter(runs.contains)
        }
    }

    /// The models of a run as they were given.
    func models(of run: Run) throws(NllmError) -> [ModelVariant] {
        try reading {
            try database.rows(
                """
                SELECT label, name AS model, options AS model_options, system AS model_system,
                    arguments AS model_arguments FROM models WHERE run_id = ? AND live = 1 ORDER BY position
                """, run.id, read: ModelVariant.init)
        }
    }

    /// Records whether a run has ended, its evaluation included; values: the time, the run's id.
    static let settleSQL = """
        UPDATE runs SET
            exported_at = CASE WHEN left_over.cells > 0 THEN NULL ELSE exported_at END,
            finished_at = CASE WHEN left_over.cells > 0 THEN NULL ELSE coalesce(finished_at, ?1) END
        FROM (SELECT (SELECT coalesce(sum(pending + running), 0) FROM counters WHERE run_id = ?2)
                + (SELECT count(*) FROM evaluations WHERE run_id = ?2 AND evaluated_at IS NULL) AS cells) AS left_over
        WHERE runs.id = ?2 AND (left_over.cells = 0 OR finished_at IS NOT NULL)
        """
}

extension Store {
    /// Records that the run's folder contains all results of attempts up to this one.
    func noteWritten(_ run: Run, through attemptID: AttemptID, now: Date) throws(NllmError) {
        _ = try transaction {
            // Only a run that was finished when it was written, and still is, counts as exported.
            try database.run(
                """
                UPDATE runs SET written_attempt = max(written_attempt, ?1),
                    exported_at = CASE WHEN finished_at IS NOT NULL AND finished_at = ?2 THEN ?3 END
                WHERE id = ?4
                """, attemptID, run.finishedAt, now, run.id)
        }
    }
}
