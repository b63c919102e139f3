/// What the attempts of one model in one run came to; all numbers only grow.
struct AttemptCounts {
    /// The upper bounds of the classes of durations, in seconds; the last class has none.
    static let bounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600]

    /// By outcome; an answer that was reused is `reused`.
    private(set) var outcomes: [String: Int] = [:]
    private(set) var failures: [FailureKind: Int] = [:]
    /// The number of requests in each class of durations, of those that were answered well.
    private(set) var durations = [Int](repeating: 0, count: bounds.count + 1)
    /// The sum of these durations, in milliseconds.
    private(set) var sum = 0

    fileprivate mutating func add(_ row: any Row) throws {
        let isReused = try row.bool("is_reused")
        let outcome = try row.text("outcome")
        outcomes[isReused ? "reused" : outcome, default: 0] += 1
        if let kind: FailureKind = try row.optionalText("failure_kind").flatMap(FailureKind.init) {
            failures[kind, default: 0] += 1
        }
        guard !isReused, outcome == Outcome.Status.ok.rawValue else { return }
        let milliseconds = try row.int("duration_ms")
        durations[Self.bounds.firstIndex { Double(milliseconds) <= $0 * 1000 } ?? Self.bounds.count] += 1
        sum += milliseconds
    }
}

/// The attempts of a run by model, of which only new ones are read each time.
struct AttemptCounter {
    private var models: [ModelID: AttemptCounts] = [:]
    private var last = AttemptID(0)

    /// The attempts of a model so far.
    subscript(model: ModelID) -> AttemptCounts { models[model] ?? AttemptCounts() }

    /// Adds what has been recorded since the last time.
    ///
    /// - Throws: if the store cannot be read.
    mutating func update(from store: Store, of run: Run) throws(NllmError) {
        var counter = self
        try store.readingAside { database in
            try database.forEachRow(Self.sql, run.id, counter.last) { row in
                counter.last = try row.id("id")
                try counter.models[row.id("model_id"), default: AttemptCounts()].add(row)
            }
        }
        self = counter
    }

    // Ids rise with each commit, so that none is missed.
    private static let sql = """
        SELECT attempts.id, cells.model_id, outcome, failure_kind, duration_ms,
            cached_from IS NOT NULL OR prompts.given_answer IS NOT NULL AS is_reused
        FROM attempts JOIN cells ON cells.id = attempts.cell_id JOIN prompts ON prompts.id = cells.prompt_id
        WHERE attempts.run_id = ? AND attempts.id > ? ORDER BY attempts.id
        """
}
