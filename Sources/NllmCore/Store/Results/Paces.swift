public import FoundationEssentials

/// How fast the cells of a model finish, as measured.
public struct ModelPace: Sendable, Equatable {
    /// Finished cells per second; nil if nobody works on them, or too little is known.
    public internal(set) var rate: Double?
    /// The median duration of the newest results in seconds; nil if there are none.
    public internal(set) var median: Double?

    /// Seconds, and number of cells, of which one has to have passed before a rate says something.
    private static let (leastSeconds, leastCells) = (3.0, 20)

    /// A result's times.
    struct Span {
        var start: Date
        var end: Date
        /// By a clock that nobody sets, in seconds.
        var duration: Double
    }

    /// Nothing is known.
    init() {}

    /// Measures results.
    ///
    /// - Parameters:
    ///   - spans: the newest results since work began, the newest first.
    ///   - isWhole: whether these are all results since then.
    ///   - now: the time.
    init(_ spans: [Span], isWhole: Bool, now: Date) {
        guard !spans.isEmpty else { return }
        median = spans.map(\.duration).sorted()[spans.count / 2]
        let ends = spans.map(\.end).sorted()
        var (begin, count) = (spans.map(\.start).min() ?? now, spans.count)
        if !isWhole, count > 3 {
            // Cells that started together end together: the measurement begins and ends behind such a group.
            let gaps = (0..<count / 4 + 1).map { ends[$0 + 1].timeIntervalSince(ends[$0]) }
            let widest = gaps.indices.max { gaps[$0] < gaps[$1] } ?? 0
            (begin, count) = (ends[widest], count - 1 - widest)
        }
        var seconds = ends[ends.count - 1].timeIntervalSince(begin)
        // Nothing has finished for a while.
        let silence = now.timeIntervalSince(ends[ends.count - 1])
        if silence > 2 * max(seconds / Double(count), median ?? 0) { seconds += silence }
        guard seconds > 0, now.timeIntervalSince(begin) >= Self.leastSeconds || count >= Self.leastCells else { return }
        rate = Double(count) / seconds
    }
}

extension Store {
    /// The newest results that are looked at.
    private static let paceLimit = 5000

    /// The same state with the paces of the models.
    public func measured(_ progress: RunProgress, now: Date = Date()) throws(NllmError) -> RunProgress {
        try reading {
            let since = try database.row("SELECT min(registered_at) AS time FROM workers WHERE ended_at IS NULL") {
                try $0.optionalDate("time")
            }
            let results = try database.rows(
                """
                SELECT cells.model_id, attempts.started_at, attempts.finished_at, attempts.duration_ms FROM attempts
                JOIN cells ON cells.id = attempts.cell_id AND cells.attempt_id = attempts.id
                WHERE attempts.run_id = ? AND attempts.cached_from IS NULL ORDER BY attempts.id DESC LIMIT ?
                """, progress.run.id, Self.paceLimit
            ) { row in
                let span = ModelPace.Span(
                    start: try row.date("started_at"), end: try row.date("finished_at"),
                    duration: Double(try row.int("duration_ms")) / 1000)
                return (try row.id("model_id") as ModelID, span)
            }
            let isWhole = results.count < Self.paceLimit
            let byModel = Dictionary(grouping: results, by: \.0).mapValues { $0.map(\.1) }
            var measured = progress
            for index in measured.models.indices {
                let spans = byModel[measured.models[index].id] ?? []
                let present = since?.map { since in spans.filter { $0.start >= since } } ?? []
                measured.models[index].pace = ModelPace(present, isWhole: isWhole, now: now)
                measured.models[index].pace.median = ModelPace(spans, isWhole: isWhole, now: now).median
                if !progress.hasWorker { measured.models[index].pace.rate = nil }
            }
            return measured
        }
    }
}
